// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostclock: a guest clock that is the host's.
 *
 * Each file calls only those above it in this list; callbacks lead the other way:
 *
 *	params.c	mode, policy, limits
 *	arch_*.c	the counter
 *	page.c		the host's pages: finding, copying and validating them
 *	resync.c	requesting a resync
 *	rejected.c	why the pages are not followed
 *	readings.c	the last readings of the counters
 *	accepted.c	extrapolating by the accepted state
 *	counter.c	the accepted state, and reading the counters by it
 *	accept.c	accepting pages: epochs, offsets, gaps
 *	realtime.c	who owns CLOCK_REALTIME
 *	realtime_watch.c	noticing that the guest changed it
 *	tk_core.c	backend for a patched timekeeping core, with
 *	tk_watchdog.c, tk_raw.c, tk_sync.c
 *	compat/tk_stock.c	backend for any other, with
 *	compat/register.c, symbols.c, caller.c, exact.c, ntp.c, vdso_page.c, lines.c
 *	transport.c	regions, bring-up, doorbells
 *	suspend.c	the guest's own suspend
 *	status.c	the status by name
 *	chardev.c	/dev/hostclock0
 *	notify.c	log, uevents, pollers
 *	follow.c	clocksources, resync handler
 *	ptp.c		/dev/ptpN
 *	sysfs.c		/sys/class/misc/hostclock0/
 *	doorbell.c	ivshmem's interrupt
 *	pci.c, virtio.c	the transports: ivshmem, virtio-pmem
 *
 * Locks, outermost first:
 *	virtio.c's mutex	the devices with pages
 *	transport.c's mutex	regions, bring-up and take-down
 *	clocksource_mutex, timekeeper_lock (the core's)
 *	counter.c's write lock	the accepted state; interrupts off, any context
 * The clocksource's read() takes none of them: it reads a latch, and may try to take the
 * write lock.
 *
 * See hostclock.rst for what a user sees of all this.
 */
#include <linux/device.h>
#include <linux/module.h>

#include "accept.h"
#include "arch.h"
#include "chardev.h"
#include "counter.h"
#include "follow.h"
#include "notify.h"
#include "page.h"
#include "params.h"
#include "pci.h"
#include "ptp.h"
#include "suspend.h"
#include "sysfs.h"
#include "tk.h"
#include "transport.h"
#include "virtio.h"

/* Are the device and the PTP clock registered? */
static bool hostclock_interfaces;

static void hostclock_interfaces_up(void)
{
	struct device *dev = hostclock_guest_page()->region->dev;
	int ret;

	ret = hostclock_chardev_register(dev, hostclock_groups);
	if (ret && ret != -EOPNOTSUPP)
		dev_warn(dev, "no /dev/hostclock0: error %d\n", ret);
	hostclock_notify_listeners(dev, !ret);
	ret = hostclock_ptp_start();
	if (ret && ret != -EOPNOTSUPP)
		dev_warn(dev, "no PTP clock: error %d\n", ret);
	hostclock_interfaces = true;
	hostclock_doorbell_start();
}

static void hostclock_interfaces_down(void)
{
	hostclock_doorbell_stop();
	hostclock_notify_listeners(NULL, false);
	hostclock_ptp_stop();
	hostclock_chardev_unregister();
	hostclock_interfaces = false;
}

static int hostclock_start(void)
{
	struct device *dev = hostclock_guest_page()->region->dev;
	const struct hostclock_info *state = hostclock_info();
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;
	struct hostclock_accepted a;
	int ret;

	ret = hostclock_accept(&change);
	if (ret)
		return ret;
	hostclock_tk_set_pages();
	hostclock_set_running(true);
	hostclock_accepted_get(&a);
	dev_info(dev, "mode %s, %s %s page, epoch %llx, guest epoch %llx, TSC offset %lld\n",
		 hostclock_mode_name(), state->format ? "scaled" : "unscaled",
		 state->smear ? "smeared" : "strict", a.clock_epoch,
		 a.guest_epoch, (s64)a.tsc_offset);
	ret = hostclock_clocksource_register();
	if (ret)
		dev_warn(dev, "no clocksource: error %d\n", ret);
	return 0;
}

/* Start as far as the pages allow. */
static int hostclock_bring_up(void)
{
	if (!hostclock_guest_page()->mem)
		return 0;
	if (!hostclock_interfaces)
		hostclock_interfaces_up();
	if (hostclock_running())
		return 0;
	if (!hostclock_arch_counter_usable()) {
		hostclock_reject(HOSTCLOCK_ERR_COUNTER);
		dev_warn(hostclock_guest_page()->region->dev, "not following the pages: %s\n",
			 hostclock_error_string(HOSTCLOCK_ERR_COUNTER));
		return 0;
	}
	return hostclock_start();
}

/* Stop everything, before pages are removed. */
static void hostclock_take_down(void)
{
	if (hostclock_running()) {
		hostclock_clocksource_unregister();
		hostclock_set_running(false);
	}
	if (hostclock_interfaces)
		hostclock_interfaces_down();
	hostclock_follow_stop();
	hostclock_forget();
	hostclock_tk_set_pages();
}

static const struct hostclock_bring_up_ops hostclock_bring_up_ops = {
	.bring_up	= hostclock_bring_up,
	.take_down	= hostclock_take_down,
};

/* Early: before virtio devices are added, of whose pages virtio_pmem would make disks */
static int __init hostclock_init(void)
{
	int ret = hostclock_params_init();

	if (ret)
		return ret;
	hostclock_follow_init();
	hostclock_transport_init(&hostclock_bring_up_ops);
	ret = hostclock_suspend_init();
	if (ret)
		return ret;
	ret = hostclock_pci_register();
	if (ret)
		goto suspend;
	ret = hostclock_virtio_register();
	if (!ret)
		return 0;
	hostclock_pci_unregister();
	hostclock_transport_stop();
	hostclock_ptp_exit();
suspend:
	hostclock_suspend_exit();
	return ret;
}
fs_initcall_sync(hostclock_init);

static void __exit hostclock_exit(void)
{
	hostclock_virtio_unregister();
	hostclock_pci_unregister();
	hostclock_suspend_exit();
	hostclock_transport_stop();
	hostclock_ptp_exit();
}
module_exit(hostclock_exit);

MODULE_DESCRIPTION("A guest clock that is the host's");
MODULE_LICENSE("GPL");
