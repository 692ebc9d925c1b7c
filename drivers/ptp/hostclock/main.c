// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostclock: a guest clock that is the host's.
 *
 *	pci.c		finds memory that a host offers
 *	doorbell.c	hears the host say that there is something new
 *	page.c		finds the pages in it, and copies and validates them
 *	view.c		what the kernel accepted of them, and reading clocks by it,
 *	held.c		even if the pages say something else by now
 *	anchor.c	accepting them: how the guest's counters go on
 *	jump.c		what the clocks do about time that the guest missed
 *	clocksource.c	the kernel's clocksource
 *	resync.c	following the pages when they say something else,
 *	resync_core.c	with a kernel that was made for it,
 *	resync_stock.c	or any other
 *	wall.c		whether the wall clock is the host's
 *	ptp.c		/dev/ptpN
 *	chardev.c	/dev/hostclock0
 *	sysfs.c		/sys/class/misc/hostclock0/
 *	uevent.c	news for user space
 *	arch_*.c	the counter
 *
 * See hostclock.rst for what a user sees of all this.
 */
#include <linux/module.h>
#include <linux/string.h>

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

static char *mode = "follow";
module_param(mode, charp, 0444);
MODULE_PARM_DESC(mode, "follow: the wall clock is the host's (default); raw: only the counter is; ptp: no clocksource");

/*
 * How far MONOTONIC's rate may be from RAW's.  500 ppm is the most that
 * adjtimex() gives by frequency, adjtime() adds 500, and a UTC-SLS smear 1000.
 * By the length of the tick, adjtimex() gives 10 % more.
 */
#define HOSTCLOCK_SLEW_PPM	2000
#define HOSTCLOCK_SLEW_PPM_MAX	101500U

static unsigned int max_slew_ppm = HOSTCLOCK_SLEW_PPM;
module_param(max_slew_ppm, uint, 0644);
MODULE_PARM_DESC(max_slew_ppm, "refuse pages that slew by more than this (default 2000, at most 101500)");

static const char * const hostclock_mode_names[] = {
	[HOSTCLOCK_MODE_FOLLOW]	= "follow",
	[HOSTCLOCK_MODE_RAW]	= "raw",
	[HOSTCLOCK_MODE_PTP]	= "ptp",
};

static const char * const hostclock_policy_names[] = {
	[HOSTCLOCK_POLICY_DEFAULT]	= "default",
	[HOSTCLOCK_POLICY_SUSPEND]	= "suspend",
	[HOSTCLOCK_POLICY_STEAL]	= "steal",
};

static enum hostclock_mode hostclock_the_mode;
static u8 hostclock_the_policy;

/**
 * hostclock_mode - the mode, fixed when the module was loaded
 */
enum hostclock_mode notrace hostclock_mode(void)
{
	return hostclock_the_mode;
}

/**
 * hostclock_mode_name - and its name
 */
const char *hostclock_mode_name(void)
{
	return hostclock_mode_names[hostclock_the_mode];
}

/**
 * hostclock_kind - the counter that the mode's clocksource reads
 */
enum hostclock_kind notrace hostclock_kind(void)
{
	return hostclock_the_mode == HOSTCLOCK_MODE_RAW ? HOSTCLOCK_RAW :
							  HOSTCLOCK_MONO;
}

/**
 * hostclock_max_slew_ppm - how far MONOTONIC's rate may be from RAW's
 */
unsigned int notrace hostclock_max_slew_ppm(void)
{
	return min(READ_ONCE(max_slew_ppm), HOSTCLOCK_SLEW_PPM_MAX);
}

/**
 * hostclock_policy - what MONOTONIC is to do about gaps, HOSTCLOCK_POLICY_*
 */
u8 hostclock_policy(void)
{
	return READ_ONCE(hostclock_the_policy);
}

/**
 * hostclock_policy_name - the same by name
 */
const char *hostclock_policy_name(void)
{
	return hostclock_policy_names[hostclock_policy()];
}

/**
 * hostclock_policy_set - set it
 * @name: "default", "suspend" or "steal"
 *
 * Return: 0 or -EINVAL.
 */
int hostclock_policy_set(const char *name)
{
	int policy = sysfs_match_string(hostclock_policy_names, name);

	if (policy >= 0)
		WRITE_ONCE(hostclock_the_policy, policy);
	return min(policy, 0);
}

static int hostclock_policy_param_set(const char *name,
				      const struct kernel_param *param)
{
	return hostclock_policy_set(name);
}

static int hostclock_policy_param_get(char *buf, const struct kernel_param *param)
{
	return sysfs_emit(buf, "%s\n", hostclock_policy_name());
}

static const struct kernel_param_ops hostclock_policy_ops = {
	.set = hostclock_policy_param_set,
	.get = hostclock_policy_param_get,
};
module_param_cb(policy, &hostclock_policy_ops, NULL, 0644);
MODULE_PARM_DESC(policy, "what MONOTONIC does about time the guest missed: suspend, steal, or default: what the host says");

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

/**
 * hostclock_look - somebody uses the device, or it rings: see what the pages
 * say now
 *
 * Context: any but NMI.
 */
void hostclock_look(void)
{
	if (READ_ONCE(hostclock.running))
		hostclock_counter(hostclock_kind());
	else
		mod_delayed_work(system_wq, &hostclock.retry, 0);
}

static int __init hostclock_init(void)
{
	int parsed = match_string(hostclock_mode_names,
				  ARRAY_SIZE(hostclock_mode_names), mode);

	if (parsed < 0) {
		pr_err("hostclock: mode \"%s\" is none of follow, raw and ptp\n",
		       mode);
		return -EINVAL;
	}
	hostclock_the_mode = parsed;
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
