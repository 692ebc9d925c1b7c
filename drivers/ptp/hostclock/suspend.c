// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's own suspend.  The counters go on meanwhile, by the pages, so the core is
 * told that the clocksource does not stop, and the difference of two readings is how long
 * the guest slept, to the ns.  A gap during the sleep is a part of it: BOOTTIME counts
 * it, MONOTONIC does not, whatever the policy.
 *
 * After a suspend to RAM the pages' device is as after a reset: it is made to show its
 * memory before the core's first reading.  Where that cannot be done, the clocks go by
 * the accepted parameters until the pages are there again.
 *
 * A guest that hibernated goes on in another VM, with another TSC and guest page, where a
 * driver of another boot has used the device before.  It is a suspend like others, but how
 * long it was only the host's clocks tell, or, if this is another host, REALTIME.
 */
#include <linux/notifier.h>
#include <linux/suspend.h>

#include "accept.h"
#include "counter.h"
#include "other_vm.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "resync.h"
#include "suspend.h"
#include "transport.h"

/* The counters when the core fell asleep */
static u64 hostclock_asleep_ns[2];

static bool hostclock_pages_shown(void)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	return rb.cp && HOSTCLOCK_LE32(rb.cp->magic) == HOSTCLOCK_CLOCK_MAGIC &&
	       HOSTCLOCK_LE32(rb.gp->magic) == HOSTCLOCK_GUEST_MAGIC;
}

/**
 * hostclock_suspend - the clocksource's suspend(), after the core's last reading
 *
 * Context: interrupts off, one CPU, timekeeper_lock held.
 */
void hostclock_suspend(void)
{
	int which;

	if (!hostclock_running())
		return;
	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		hostclock_asleep_ns[which] = hostclock_counter(which);
	hostclock_set_asleep(true);
}

/*
 * Shall the pages be accepted before the core's first reading?  RAW's counter counts no
 * gaps, they are the resync's to add; but another VM's does not go on.
 */
static bool hostclock_accept_asleep(void)
{
	struct hostclock_read_base rb;

	if (!hostclock_pages_shown())
		return false;
	if (hostclock_mode_counter() == HOSTCLOCK_MONO)
		return true;
	hostclock_read_base_get(&rb);
	return hostclock_in_other_vm(&rb, rb.gp);
}

/**
 * hostclock_resume - the clocksource's resume(), just before the core's first reading
 *
 * Context: interrupts off, one CPU.
 */
void hostclock_resume(void)
{
	enum hostclock_counter which = hostclock_mode_counter();
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;

	if (!hostclock_asleep())
		return;
	hostclock_regions_show();
	if (hostclock_accept_asleep()) {
		change.asleep_ns = hostclock_asleep_ns;
		hostclock_accept(&change);
	}
	/* If the counter stood still, the core takes the time from the RTC. */
	if (hostclock_counter(which) <= hostclock_asleep_ns[which])
		hostclock_realtime_forget_offset();
	hostclock_force_resync();
}

/**
 * hostclock_resumed - can the pages be followed again?
 *
 * Context: resync handler.
 */
bool hostclock_resumed(void)
{
	return !hostclock_asleep() || hostclock_pages_shown();
}

/* All devices are back, so a page that is not has gone. */
static int hostclock_pm(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event != PM_POST_SUSPEND && event != PM_POST_HIBERNATION &&
	    event != PM_POST_RESTORE)
		return NOTIFY_DONE;
	if (hostclock_asleep()) {
		hostclock_set_asleep(false);
		hostclock_force_resync();
	}
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_pm_notifier = { .notifier_call = hostclock_pm };

int hostclock_suspend_init(void)
{
	return register_pm_notifier(&hostclock_pm_notifier);
}

void hostclock_suspend_exit(void)
{
	unregister_pm_notifier(&hostclock_pm_notifier);
}
