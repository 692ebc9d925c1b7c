// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker that a resync schedules: it notifies the log, udev and mdev (by a change
 * event of /dev/hostclock0) and pollers, and does what else may sleep.
 */
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/stdarg.h>
#include <linux/workqueue.h>

#include "accept.h"
#include "chardev.h"
#include "counter.h"
#include "notify.h"
#include "page.h"
#include "realtime.h"
#include "rejected.h"
#include "resync.h"
#include "status.h"
#include "steer.h"
#include "tk.h"

/* Whose log it is, and whether there is /dev/hostclock0 */
static DEFINE_MUTEX(hostclock_notify_mutex);
static struct device *hostclock_notify_device;
static bool hostclock_notify_chardev;

static void hostclock_notify_handler(struct work_struct *work);
static DECLARE_WORK(hostclock_notify_work, hostclock_notify_handler);

#define HOSTCLOCK_UEVENT_VARS	7

/* Report the most severe change. */
static const char *hostclock_event_name(unsigned long changes)
{
	if (test_bit(HOSTCLOCK_CHANGED_GUEST, &changes))
		return "disruption";
	if (test_bit(HOSTCLOCK_CHANGED_ERROR, &changes))
		return "degraded";
	if (test_bit(HOSTCLOCK_CHANGED_CLOCK, &changes) ||
	    test_bit(HOSTCLOCK_CHANGED_JUMP, &changes))
		return "step";
	if (test_bit(HOSTCLOCK_CHANGED_DETACHED, &changes))
		return "detached";
	if (test_bit(HOSTCLOCK_CHANGED_ATTACHED, &changes))
		return "attached";
	if (test_bit(HOSTCLOCK_CHANGED_RECOVERED, &changes))
		return "recovered";
	if (test_bit(HOSTCLOCK_CHANGED_STATUS, &changes))
		return "status";
	return "page";
}

/* See hostclock.rst for the variables */
static void hostclock_uevent(unsigned long changes)
{
	const struct hostclock_guest_page *gp = hostclock_guest_page()->mem;
	char *envp[HOSTCLOCK_UEVENT_VARS + 1] = { NULL };
	char vars[HOSTCLOCK_UEVENT_VARS][48];
	struct hostclock_accepted a;
	int i;

	for (i = 0; i < HOSTCLOCK_UEVENT_VARS; i++)
		envp[i] = vars[i];
	hostclock_accepted_get(&a);
	snprintf(vars[0], sizeof(vars[0]), "HOSTCLOCK_EVENT=%s",
		 hostclock_event_name(changes));
	snprintf(vars[1], sizeof(vars[1]), "HOSTCLOCK_EPOCH=%llu", a.clock_epoch);
	snprintf(vars[2], sizeof(vars[2]), "HOSTCLOCK_GUEST_EPOCH=%llu",
		 a.guest_epoch);
	snprintf(vars[3], sizeof(vars[3]), "HOSTCLOCK_DISRUPTION=%llu",
		 HOSTCLOCK_LE64(gp->vmclock.disruption_marker));
	snprintf(vars[4], sizeof(vars[4]), "HOSTCLOCK_GENERATION=%llu",
		 hostclock_info()->generation);
	snprintf(vars[5], sizeof(vars[5]), "HOSTCLOCK_CAUSE=%u",
		 hostclock_info()->cause);
	snprintf(vars[6], sizeof(vars[6]), "HOSTCLOCK_STATUS=%s",
		 hostclock_status_name());
	kobject_uevent_env(&hostclock_chardev_device()->kobj, KOBJ_CHANGE, envp);
}

static void hostclock_log_steering(struct device *dev, unsigned long changes)
{
	char by[HOSTCLOCK_STEER_BY_LEN];

	hostclock_steer_by(by);
	if (test_bit(HOSTCLOCK_CHANGED_DETACHED, &changes))
		dev_warn_ratelimited(dev, "CLOCK_REALTIME or CLOCK_TAI was set or steered by %s: detached until \"follow\" is written to sysfs' wall\n",
				     by);
	if (test_bit(HOSTCLOCK_REFUSED, &changes))
		dev_warn_ratelimited(dev, "CLOCK_REALTIME follows the host's: %s must not set or steer it (steer=refuse)\n",
				     by);
	if (test_bit(HOSTCLOCK_CHANGED_ATTACHED, &changes))
		dev_info_ratelimited(dev, "CLOCK_REALTIME follows the host's again\n");
}

static void hostclock_log(struct device *dev, unsigned long changes)
{
	if (test_bit(HOSTCLOCK_CHANGED_ERROR, &changes))
		dev_warn_ratelimited(dev, "not following the pages any more: %s\n",
				     hostclock_error_string(hostclock_last_error()));
	if (test_bit(HOSTCLOCK_CHANGED_RECOVERED, &changes))
		dev_info_ratelimited(dev, "following the pages again\n");
	if (test_bit(HOSTCLOCK_CHANGED_JUMP, &changes))
		dev_warn_ratelimited(dev, "the host's clock jumped within an epoch\n");
	if (test_bit(HOSTCLOCK_CHANGED_GUEST, &changes))
		dev_info_ratelimited(dev, "disruption (cause %u), clocks resynchronized\n",
				     READ_ONCE(hostclock_info()->cause));
	else if (test_bit(HOSTCLOCK_CHANGED_CLOCK, &changes))
		dev_info_ratelimited(dev, "the host's clock was set, following\n");
	if (test_bit(HOSTCLOCK_CHANGED_STATUS, &changes))
		dev_info_ratelimited(dev, "status %s\n", hostclock_status_name());
	if (test_bit(HOSTCLOCK_CHANGED_KEPT, &changes))
		dev_info_ratelimited(dev, "the kernel moved CLOCK_REALTIME by a leap second or its time zone: undone\n");
	hostclock_log_steering(dev, changes);
}

static void hostclock_notify(unsigned long changes)
{
	mutex_lock(&hostclock_notify_mutex);
	if (hostclock_notify_device)
		hostclock_log(hostclock_notify_device, changes);
	changes &= ~(BIT(HOSTCLOCK_CHANGED_KEPT) | BIT(HOSTCLOCK_REFUSED));
	if (hostclock_notify_chardev && changes) {
		hostclock_uevent(changes);
		hostclock_chardev_wake();
	}
	mutex_unlock(&hostclock_notify_mutex);
}

/* The host's leap seconds are the guest's. */
static void hostclock_disarm_leap(void)
{
	if (hostclock_realtime_detached())
		return;
	pr_info_ratelimited("hostclock: a leap second that was announced in the guest is ignored: the host's count\n");
	hostclock_tk_disarm_leap();
}

static void hostclock_notify_handler(struct work_struct *work)
{
	unsigned long changes = hostclock_take_recorded();

	if (test_bit(HOSTCLOCK_CHANGED_PAGE, &changes)) {
		hostclock_tk_set_pages();
		hostclock_chardev_pages_changed();
		hostclock_force_resync();
	}
	if (test_bit(HOSTCLOCK_SET_REALTIME, &changes)) {
		hostclock_tk_set_realtime();
		/* the next run notifies of the result */
		if (hostclock_recorded())
			schedule_work(&hostclock_notify_work);
	}
	if (test_bit(HOSTCLOCK_DISARM_LEAP, &changes))
		hostclock_disarm_leap();
	if (changes & (BIT(HOSTCLOCK_CHANGED_STATUS) | BIT(HOSTCLOCK_CHANGED_ERROR) |
		       BIT(HOSTCLOCK_CHANGED_RECOVERED)))
		hostclock_tk_sync_changed();
	changes &= ~(BIT(HOSTCLOCK_SET_REALTIME) | BIT(HOSTCLOCK_DISARM_LEAP));
	if (changes)
		hostclock_notify(changes);
}

/**
 * hostclock_notify_schedule - notify of the recorded changes
 */
void hostclock_notify_schedule(void)
{
	schedule_work(&hostclock_notify_work);
}

/**
 * hostclock_notify_flush - wait until that is done
 */
void hostclock_notify_flush(void)
{
	flush_work(&hostclock_notify_work);
}

/**
 * hostclock_notify_cancel - do not do it, or wait if it has begun
 */
void hostclock_notify_cancel(void)
{
	cancel_work_sync(&hostclock_notify_work);
}

/**
 * hostclock_notify_listeners - devices come or go
 * @dev: in whose name the log is written; NULL: none is used any more when this returns
 * @chardev: is there /dev/hostclock0?
 */
void hostclock_notify_listeners(struct device *dev, bool chardev)
{
	mutex_lock(&hostclock_notify_mutex);
	hostclock_notify_device = dev;
	hostclock_notify_chardev = chardev;
	mutex_unlock(&hostclock_notify_mutex);
}
