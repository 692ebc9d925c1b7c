// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clocksources, and the resync handler.
 *
 * Both clocksources count ns, with a multiplier of exactly 1 << shift, so that the
 * core's conversion loses nothing.
 */
#include <linux/clocksource.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include "accept.h"
#include "counter.h"
#include "follow.h"
#include "notify.h"
#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "realtime_watch.h"
#include "resync.h"
#include "steer.h"
#include "suspend.h"
#include "tk.h"

/* Above kvm-clock's 400 */
#define HOSTCLOCK_RATING	450

static struct clocksource hostclock_cs[2];

static u64 notrace hostclock_cs_read(struct clocksource *cs)
{
	hostclock_tk_reading();
	return hostclock_counter(cs - hostclock_cs);
}

/*
 * Called with all CPUs stopped, just before the core's first reading; or by a core that
 * goes by another clocksource, and sleeps: it wants the length of its sleep only.
 */
static int hostclock_cs_enable(struct clocksource *cs)
{
	enum hostclock_counter which = cs - hostclock_cs;
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;
	int ret;

	if (system_state == SYSTEM_SUSPEND)
		return 0;
	/* The last snapshot may be old. */
	if (hostclock_accept(&change))
		return -EIO;
	ret = hostclock_tk_enable(which);
	if (ret)
		return ret;
	hostclock_counter_set_in_use(which, true);
	hostclock_realtime_attach_silently();
	hostclock_steer_forget();
	hostclock_force_resync();
	return 0;
}

/* Called after the core's last reading. */
static void hostclock_cs_disable(struct clocksource *cs)
{
	hostclock_counter_set_in_use(cs - hostclock_cs, false);
	hostclock_realtime_forget_offset();
}

static void hostclock_cs_suspend(struct clocksource *cs)
{
	hostclock_suspend();
}

static void hostclock_cs_resume(struct clocksource *cs)
{
	hostclock_resume();
}

static struct clocksource hostclock_cs[2] = {
	[HOSTCLOCK_MONO] = {
		.name		= "hostclock",
		.rating		= HOSTCLOCK_RATING,
		.read		= hostclock_cs_read,
		.mask		= CLOCKSOURCE_MASK(64),
		.flags		= CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_SUSPEND_NONSTOP,
		.enable		= hostclock_cs_enable,
		.disable	= hostclock_cs_disable,
	},
	[HOSTCLOCK_RAW] = {
		.name		= "hostclock-raw",
		.rating		= HOSTCLOCK_RATING,
		.read		= hostclock_cs_read,
		.mask		= CLOCKSOURCE_MASK(64),
		.flags		= CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_SUSPEND_NONSTOP,
		.enable		= hostclock_cs_enable,
		.disable	= hostclock_cs_disable,
	},
};

/**
 * hostclock_clocksource_register - register the mode's clocksource
 *
 * The core selects it at once, unless the user selected another.
 */
int hostclock_clocksource_register(void)
{
	struct clocksource *cs = &hostclock_cs[hostclock_mode_counter()];
	int ret;

	if (hostclock_mode() == HOSTCLOCK_MODE_PTP)
		return 0;
	hostclock_realtime_watch_start();
	/* These stop nothing, of which the core warns when it sees them now. */
	cs->suspend = NULL;
	cs->resume = NULL;
	ret = hostclock_tk_register(cs);
	cs->suspend = hostclock_cs_suspend;
	cs->resume = hostclock_cs_resume;
	return ret;
}

/*
 * The core refuses where no other clocksource can take over that is good enough for the
 * ticks of today, as before the TSC's is there, or for ever where the kernel has found that
 * unstable since.  Readers go on with pages and code until one can.
 */
static void hostclock_cs_unregister(struct clocksource *cs)
{
	bool told = false;

	while (clocksource_unregister(cs)) {
		if (!told)
			pr_warn("hostclock: waiting for a clocksource that can take over\n");
		told = true;
		ssleep(1);
	}
}

/**
 * hostclock_clocksource_unregister - unregister it
 *
 * The core switches to another first, continuously.
 *
 * Context: may sleep.
 */
void hostclock_clocksource_unregister(void)
{
	if (hostclock_mode() == HOSTCLOCK_MODE_PTP)
		return;
	hostclock_cs_unregister(&hostclock_cs[hostclock_mode_counter()]);
	/* Who was preempted while reading it goes on, with pages and code that go next. */
	synchronize_rcu_tasks();
	hostclock_tk_unregistered();
	hostclock_realtime_watch_stop();
}

static void hostclock_resync(void)
{
	u64 begun = hostclock_rdtsc();
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;
	enum hostclock_counter which = hostclock_mode_counter();
	bool suspicion = hostclock_realtime_take_suspicion();
	bool needed = hostclock_resync_forced() || hostclock_resync_needed();

	if (needed || suspicion)
		hostclock_realtime_check();
	/* The check may force a resync.  One that is not due updates the vDSO's data. */
	if (needed || hostclock_resync_forced() || hostclock_base_late()) {
		if (hostclock_counter_in_use(which))
			hostclock_tk_reanchor(&hostclock_cs[which]);
		else if (hostclock_resync_due())
			hostclock_accept(&change);
		hostclock_resync_count(begun);
	}
	hostclock_set_asleep(false);
}

static void hostclock_resync_irq(struct irq_work *work)
{
	if (!hostclock_resumed())
		return;
	/* What readers do not ask for must not keep them from their end, either. */
	if (hostclock_resync_forced() || hostclock_resync_allowed()) {
		hostclock_resync_set_running(true);
		hostclock_resync();
		hostclock_resync_set_running(false);
	}
	if (hostclock_recorded())
		hostclock_notify_schedule();
}

/**
 * hostclock_clocksource_name - ours if it is the current clocksource, or "none"
 */
const char *hostclock_clocksource_name(void)
{
	enum hostclock_counter which = hostclock_mode_counter();

	return hostclock_counter_in_use(which) ? hostclock_cs[which].name : "none";
}

void hostclock_follow_init(void)
{
	hostclock_resync_init(hostclock_resync_irq);
	hostclock_tk_init(&hostclock_cs[HOSTCLOCK_MONO],
			  &hostclock_cs[HOSTCLOCK_RAW]);
}

/**
 * hostclock_follow_stop - wait for pending resyncs and notifications
 *
 * Context: may sleep; no resync is requested any more.
 */
void hostclock_follow_stop(void)
{
	hostclock_resync_sync();
	hostclock_notify_cancel();
	/* the notification may have forced another resync */
	hostclock_resync_sync();
	hostclock_notify_cancel();
	hostclock_take_recorded();
}
