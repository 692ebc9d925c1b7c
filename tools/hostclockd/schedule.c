// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/rate.h"
#include "clock/update.h"
#include "schedule.h"
#include "vm/doorbell.h"
#include "vm/guest.h"
#include "vm/poll.h"
#include "vm/vmclock.h"

static struct watch update_timer = { .fd = -1 };
static struct watch poll_timer = { .fd = -1 };
static struct watch set_timer = { .fd = -1 };
static struct watch epoch_timer = { .fd = -1 };

/* Log an error once, not ten times a second. */
static void update_failed(const struct problem *why)
{
	static struct problem said;

	if (strcmp(said.text, why->text))
		say("%s", why->text);
	said = *why;
}

static void update(struct exporter *x, u64 lead_ns)
{
	struct leap_plan plan = x->leap;
	u64 epoch = x->pages[0].params.epoch;
	u8 status = x->pages[0].params.status;
	struct problem why;

	if (x->frozen)
		return;
	if (update_run(x, lead_ns, &why)) {
		update_failed(&why);
		return;
	}
	if (x->pages_lost)
		vms_renew(x);
	x->pages_lost = false;
	if (plan.sign != x->leap.sign || plan.bias_ns != x->leap.bias_ns)
		exporter_changed(x);
	if (x->pages[0].params.epoch != epoch || x->pages[0].params.status != status)
		vmclock_renew_all(x);
	else
		vmclock_renew_some(x);
	doorbell_updated(x);
}

static void poll(struct exporter *x, bool updated)
{
	u64 ns = poll_run(x, updated);

	loop_timer_set(&poll_timer, ns == POLL_NEVER ? 0 : ns, 0);
}

static void update_due(void *arg)
{
	loop_timer_expired(&update_timer);
	update(arg, LEAD_NS);
	poll(arg, true);
}

static void poll_due(void *arg)
{
	loop_timer_expired(&poll_timer);
	poll(arg, false);
}

/* Publish what has changed, as soon as the protocol allows. */
void schedule_now(struct exporter *x)
{
	update(x, LEAD_SOON_NS);
}

static void epoch_due(void *arg)
{
	struct exporter *x = arg;

	loop_timer_expired(&epoch_timer);
	x->force_epoch = true;
	update(x, LEAD_SOON_NS);
}

/* Change the epoch at this rate, for tests; 0 stops it. */
void schedule_epochs(unsigned int hz)
{
	u64 interval_ns = hz ? NSEC_PER_SEC / hz : 0;

	loop_timer_set(&epoch_timer, interval_ns, interval_ns);
}

/* The kernel cancels a timer in the far future when the clock is set. */
static void arm_set_timer(void)
{
	struct itimerspec its = { .it_value.tv_sec = INT32_MAX * 4LL };

	timerfd_settime(set_timer.fd,
			TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL);
}

static void clock_was_set(void *arg)
{
	u64 count;

	if (read(set_timer.fd, &count, sizeof(count)) < 0 && errno != ECANCELED)
		return;
	arm_set_timer();
	update(arg, LEAD_SOON_NS);
}

/* Start updating and following. */
int schedule_open(struct exporter *x, struct problem *why)
{
	update_timer.ready = update_due;
	update_timer.arg = x;
	poll_timer.ready = poll_due;
	poll_timer.arg = x;
	set_timer.ready = clock_was_set;
	set_timer.arg = x;
	epoch_timer.ready = epoch_due;
	epoch_timer.arg = x;
	if (loop_timer(&update_timer, CLOCK_MONOTONIC, why) ||
	    loop_timer(&poll_timer, CLOCK_MONOTONIC, why) ||
	    loop_timer(&epoch_timer, CLOCK_MONOTONIC, why) ||
	    loop_timer(&set_timer, CLOCK_REALTIME, why))
		return -1;
	loop_timer_set(&update_timer, x->opt.interval_ns, x->opt.interval_ns);
	arm_set_timer();
	return 0;
}
