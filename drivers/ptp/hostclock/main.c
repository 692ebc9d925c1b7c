// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostclock: a guest clock that is the host's.
 *
 *	params.c	what the user asks for
 *	page.c		finds the host's pages, and copies and validates them
 *	arch_*.c	the counter
 *	resync.c	interrupting this CPU, to follow the pages
 *	accepted.c	clocks by what the kernel accepted of the pages,
 *	counter.c	keeping that, and reading clocks by it and the pages
 *	accept.c	accepting: how the guest's counters go on
 *	wall.c		whether the wall clock is the host's
 *	tk_core.c	the timekeeping core, if it was made for this,
 *	compat/tk_stock.c	or any other
 *	status.c	the status by name
 *	chardev.c	/dev/hostclock0
 *	notify.c	the log, and news for user space
 *	follow.c	the clocksources, and following the pages
 *	ptp.c		/dev/ptpN
 *	sysfs.c		/sys/class/misc/hostclock0/
 *	pci.c		finds memory that a host offers
 *	doorbell.c	hears the host say that there is something new
 *
 * See hostclock.rst for what a user sees of all this.
 */
#include <linux/module.h>

#include "hostclock.h"

/*
 * A page without valid contents is looked at again after 50 ms, and then after
 * twice as long each time up to 1.6 s: six timers in all.  After that only
 * when somebody uses the device.
 */
#define HOSTCLOCK_RETRY_MS	50
#define HOSTCLOCK_RETRIES	6

struct hostclock hostclock = {
	.mutex		= __MUTEX_INITIALIZER(hostclock.mutex),
	.regions	= LIST_HEAD_INIT(hostclock.regions),
	.latch		= SEQCNT_LATCH_ZERO(hostclock.latch),
	.wait		= __WAIT_QUEUE_HEAD_INITIALIZER(hostclock.wait),
	.files		= LIST_HEAD_INIT(hostclock.files),
};

static void hostclock_interfaces_up(void)
{
	struct device *dev = hostclock.guest.region->dev;
	int ret;

	ret = hostclock_chardev_register(dev);
	if (ret)
		dev_warn(dev, "no /dev/hostclock0: error %d\n", ret);
	ret = hostclock_ptp_register(dev);
	if (ret)
		dev_warn(dev, "no PTP clock: error %d\n", ret);
	hostclock.interfaces = true;
	hostclock_resync_report(hostclock.misc_registered);
	hostclock_doorbell_start(dev);
}

static void hostclock_interfaces_down(void)
{
	hostclock_doorbell_stop();
	hostclock_resync_report(false);
	hostclock_ptp_unregister();
	hostclock_chardev_unregister();
	hostclock.interfaces = false;
}

static int hostclock_start(void)
{
	struct device *dev = hostclock.guest.region->dev;
	struct hostclock_change change = {};
	int ret;

	if (!hostclock_arch_counter_usable()) {
		hostclock_refuse(HOSTCLOCK_FAULT_COUNTER);
		return HOSTCLOCK_FAULT_COUNTER;
	}
	ret = hostclock_accept(&change);
	if (ret)
		return ret;
	hostclock_core_set_pages();
	WRITE_ONCE(hostclock.running, true);
	dev_info(dev, "mode %s, %s %s page, epoch %llx, guest epoch %llx, TSC offset %lld\n",
		 hostclock_mode_name(),
		 hostclock.state.format ? "scaled" : "unscaled",
		 hostclock.state.smear ? "smeared" : "strict",
		 hostclock.view[0].anchor.clock_epoch,
		 hostclock.view[0].anchor.guest_epoch,
		 (s64)hostclock.view[0].anchor.tsc_offset);
	ret = hostclock_clocksource_register();
	if (ret)
		dev_warn(dev, "no clocksource: error %d\n", ret);
	return 0;
}

/**
 * hostclock_bring_up - start as far as the pages that are there allow
 *
 * Context: hostclock.mutex held.
 */
void hostclock_bring_up(void)
{
	int fault;

	if (!hostclock.guest.mem)
		return;
	if (!hostclock.interfaces)
		hostclock_interfaces_up();
	if (hostclock.running)
		return;
	fault = hostclock_start();
	if (!fault || fault == HOSTCLOCK_FAULT_COUNTER)
		return;
	if (!hostclock.retries)
		dev_info(hostclock.guest.region->dev, "waiting for the host: %s\n",
			 hostclock_fault_string(fault));
	if (hostclock.retries >= HOSTCLOCK_RETRIES)
		return;
	hostclock.wakeups++;
	schedule_delayed_work(&hostclock.retry,
			      msecs_to_jiffies(HOSTCLOCK_RETRY_MS <<
					       hostclock.retries++));
}

/**
 * hostclock_take_down - stop everything, before pages go away
 *
 * Context: hostclock.mutex held.
 */
void hostclock_take_down(void)
{
	if (hostclock.running) {
		hostclock_clocksource_unregister();
		WRITE_ONCE(hostclock.running, false);
	}
	if (hostclock.interfaces)
		hostclock_interfaces_down();
	hostclock_resync_stop();
	hostclock_view_forget();
	hostclock_core_set_pages();
	hostclock.retries = 0;
}

static void hostclock_retry(struct work_struct *work)
{
	mutex_lock(&hostclock.mutex);
	hostclock_bring_up();
	mutex_unlock(&hostclock.mutex);
}

static int __init hostclock_init(void)
{
	int ret = hostclock_params_init();

	if (ret)
		return ret;
	INIT_DELAYED_WORK(&hostclock.retry, hostclock_retry);
	hostclock_resync_init();
	hostclock_core_init();
	return hostclock_pci_register();
}
module_init(hostclock_init);

static void __exit hostclock_exit(void)
{
	hostclock_pci_unregister();
	cancel_delayed_work_sync(&hostclock.retry);
}
module_exit(hostclock_exit);

MODULE_DESCRIPTION("A guest clock that is the host's");
MODULE_LICENSE("GPL");
