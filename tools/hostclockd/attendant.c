// SPDX-License-Identifier: GPL-2.0
#include "attendant.h"
#include "base/loop.h"
#include "base/rate.h"
#include "control/control.h"
#include "vm/clocklink.h"
#include "vm/doorbell.h"
#include "vm/guest.h"
#include "vm/poll.h"
#include "vm/restore.h"
#include "vm/state.h"
#include "vm/vmclock.h"

/* Between two rounds through guests' vmclock parts, and with no guest at all. */
#define ROUND_NS	250000000ULL
#define IDLE_NS		1000000000ULL
/* How soon what has just changed is polled. */
#define SOON_NS		10000000ULL

static struct timer timer;
/* What the guests' pages are up to date with. */
static struct {
	u64 epoch;
	u8 status;
} seen[PAGES];
static u64 renewed_tsc;
static bool ticked;
/* exporter.changes as of then */
static unsigned int ticked_changes;
/* The timer is set for what has changed. */
static bool soon;

/* Has a page another epoch or status than before? */
static bool has_changed(const struct clock_view *v)
{
	bool changed = false;
	int i;

	for (i = 0; i < PAGES; i++) {
		const struct params *params = &v->pages[i].params;

		changed |= seen[i].epoch != params->epoch || seen[i].status != params->status;
		seen[i].epoch = params->epoch;
		seen[i].status = params->status;
	}
	return changed;
}

/**
 * attendant_look - see what the clock has done, and tell guests what they must know
 * @arg: the exporter
 */
void attendant_look(void *arg)
{
	struct exporter *x = arg;

	clocklink_look(x);
	if (x->instance != x->clock.instance)
		vms_ask_clock(x);
	if (x->afresh != x->clock.afresh) {
		x->afresh = x->clock.afresh;
		vms_renew(x);
	}
	if (!has_changed(&x->clock))
		return;
	vmclock_renew_all(x);
	doorbell_updated(x);
}

static void renew_vmclocks(struct exporter *x)
{
	u64 now = hostclock_rdtsc();

	if (rate_ns(now - renewed_tsc, x->clock.scale) < ROUND_NS * 3 / 4)
		return;
	renewed_tsc = now;
	vmclock_renew_some(x);
}

static void tick(void *arg)
{
	struct exporter *x = arg;
	u64 ns;

	ticked = true;
	soon = false;
	renew_vmclocks(x);
	ns = poll_run(x);
	ticked_changes = x->changes;
	if (ns == POLL_NEVER)
		ns = x->vms ? ROUND_NS : IDLE_NS;
	if (x->unsaved && ns > ROUND_NS)
		ns = ROUND_NS;
	loop_timer_set(&timer, ns, 0);
}

/* At the end of every dispatch: keep the state, and follow what has changed. */
void attendant_dispatched(void *arg)
{
	struct exporter *x = arg;

	/* What has changed may be saved already.  Not put off by what changes all the time. */
	if (((x->unsaved && !ticked) || x->changes != ticked_changes) && !soon) {
		loop_timer_set(&timer, SOON_NS, 0);
		soon = true;
	}
	ticked = false;
	state_keep(x);
}

/**
 * attendant_open - take the guests up and answer hostclockctl
 * @x: the exporter, with its options, directories and the clock's board
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int attendant_open(struct exporter *x, struct problem *why)
{
	clocklink_look(x);
	x->afresh = x->clock.afresh;
	vms_ask_clock(x);
	if (doorbell_open(x, why) || state_load(x, why))
		return -1;
	state_restore(x);
	if (control_open(x, why))
		return -1;
	timer.due = tick;
	timer.arg = x;
	loop_timer_set(&timer, SOON_NS, 0);
	state_keep(x);
	return 0;
}

void attendant_close(struct exporter *x)
{
	control_close(x);
	doorbell_close(x);
}
