// SPDX-License-Identifier: GPL-2.0-only
/*
 * What transports share: regions of memory that come and go with devices, bringing the
 * driver up when there are valid pages in them, and doorbells.
 *
 * A new transport asks hostclock_device_allowed(), maps the memory, checks
 * hostclock_region_has_pages() and calls hostclock_region_add(); once the device is
 * unplugged, hostclock_device_gone().
 *
 * Which devices are followed is decided once: the first one with a guest page, and the
 * first one with clock pages, unless the guest page's has some.  They stay the chosen
 * ones until they are unplugged, whether they have a driver or not.  A device that comes
 * with pages while others are chosen is a stranger, and never takes their place: it may
 * be memory that another VM writes to.
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "accept.h"
#include "counter.h"
#include "params.h"
#include "transport.h"
#include "work.h"

/*
 * If the pages are not valid yet, retry after 50 ms, then after twice as long each time
 * up to 1.6 s: six timers in all.  After that, only when somebody uses the device.
 */
#define HOSTCLOCK_RETRY_MS	50
#define HOSTCLOCK_RETRIES	6

/* Protects the regions, bring-up and take-down; the outermost of our locks */
static DEFINE_MUTEX(hostclock_mutex);
static LIST_HEAD(hostclock_regions);
static const struct hostclock_bring_up_ops *hostclock_ops;

/* The chosen devices.  Not dereferenced: they may have no driver. */
static const struct device *hostclock_guest_device;
static const struct device *hostclock_clock_device;

static void hostclock_retry(struct work_struct *work);
static DECLARE_DELAYED_WORK(hostclock_retry_work, hostclock_retry);
static unsigned int hostclock_retries;
static u64 hostclock_timers;	/* started so far */

/* The region whose device has a doorbell, or NULL */
static const struct hostclock_region *hostclock_doorbell_region;
static u64 hostclock_doorbell_count;

static void hostclock_bring_up(void)
{
	int error = hostclock_ops->bring_up();

	if (!error)
		return;
	if (!hostclock_retries)
		dev_info(hostclock_guest_page()->region->dev,
			 "waiting for the host: %s\n",
			 hostclock_error_string(error));
	if (hostclock_retries >= HOSTCLOCK_RETRIES)
		return;
	hostclock_timers++;
	schedule_delayed_work(&hostclock_retry_work,
			      msecs_to_jiffies(HOSTCLOCK_RETRY_MS <<
					       hostclock_retries++));
}

static void hostclock_retry(struct work_struct *work)
{
	mutex_lock(&hostclock_mutex);
	hostclock_bring_up();
	mutex_unlock(&hostclock_mutex);
}

/* Is it followed?  What comes while there is nothing to follow is, from then on. */
static bool hostclock_choose(const struct hostclock_region *region)
{
	const struct device *dev = region->dev;
	bool clock = hostclock_region_has_clock_page(region);

	if (hostclock_region_has_guest_page(region)) {
		if (!hostclock_guest_device) {
			hostclock_guest_device = dev;
			if (clock)
				hostclock_clock_device = dev;
		}
		return dev == hostclock_guest_device;
	}
	if (!hostclock_clock_device)
		hostclock_clock_device = dev;
	return dev == hostclock_clock_device;
}

/* Find the pages again, in the chosen devices' regions that there are. */
static void hostclock_find_pages(void)
{
	const struct hostclock_region *region;

	hostclock_pages_forget();
	list_for_each_entry(region, &hostclock_regions, node) {
		if (region->dev == hostclock_guest_device)
			hostclock_pages_add(region, true);
		else if (region->dev == hostclock_clock_device)
			hostclock_pages_add(region, false);
	}
}

/**
 * hostclock_region_add - add a device's region
 * @region: mapped; stays so until hostclock_region_del()
 *
 * Context: may sleep.
 */
void hostclock_region_add(struct hostclock_region *region)
{
	mutex_lock(&hostclock_mutex);
	list_add_tail(&region->node, &hostclock_regions);
	region->stranger = !hostclock_choose(region);
	if (region->stranger) {
		dev_notice(region->dev, "has pages of a clock, but others are followed: see parameter devices\n");
	} else {
		hostclock_find_pages();
		hostclock_bring_up();
	}
	mutex_unlock(&hostclock_mutex);
}

/**
 * hostclock_region_del - remove it
 * @region: not used any more when this returns
 *
 * Context: may sleep.
 */
void hostclock_region_del(struct hostclock_region *region)
{
	mutex_lock(&hostclock_mutex);
	if (!region->stranger)
		hostclock_ops->take_down();
	list_del(&region->node);
	if (!region->stranger) {
		hostclock_retries = 0;
		hostclock_find_pages();
		hostclock_bring_up();
	}
	mutex_unlock(&hostclock_mutex);
}

/**
 * hostclock_device_gone - a device was unplugged: another one may take its place
 * @dev: which; its region was removed before, if it had one
 *
 * Context: may sleep.
 */
void hostclock_device_gone(const struct device *dev)
{
	mutex_lock(&hostclock_mutex);
	if (hostclock_guest_device == dev)
		hostclock_guest_device = NULL;
	if (hostclock_clock_device == dev)
		hostclock_clock_device = NULL;
	mutex_unlock(&hostclock_mutex);
}

/**
 * hostclock_regions_show - have the devices show their memory again, as before a suspend
 *
 * Context: resume, interrupts off, one CPU.
 */
void hostclock_regions_show(void)
{
	struct hostclock_region *region;

	list_for_each_entry(region, &hostclock_regions, node) {
		if (region->show)
			region->show(region->dev);
	}
}

/**
 * hostclock_check_pages - check the pages for changes
 *
 * Context: any but NMI.
 */
void hostclock_check_pages(void)
{
	if (hostclock_running())
		hostclock_counter(hostclock_mode_counter());
	else
		hostclock_schedule_now(&hostclock_retry_work);
}

u64 hostclock_wakeups(void)
{
	return READ_ONCE(hostclock_timers);
}

/**
 * hostclock_doorbell_interrupt - the host tells that the pages changed
 *
 * Context: hard interrupt.
 */
void hostclock_doorbell_interrupt(void)
{
	WRITE_ONCE(hostclock_doorbell_count, hostclock_doorbell_count + 1);
	hostclock_check_pages();
}

/**
 * hostclock_doorbell_interrupts - how many there were
 * @count: where to put it
 *
 * Return: false if there is no doorbell.
 */
bool hostclock_doorbell_interrupts(u64 *count)
{
	*count = READ_ONCE(hostclock_doorbell_count);
	return READ_ONCE(hostclock_doorbell_region);
}

/**
 * hostclock_doorbell_start - use the doorbell of the guest page's device, if any
 *
 * Context: bring-up.
 */
void hostclock_doorbell_start(void)
{
	const struct hostclock_region *region = hostclock_guest_page()->region;
	int ret;

	if (!region->doorbell)
		return;
	ret = region->doorbell->start(region->dev);
	if (!ret)
		WRITE_ONCE(hostclock_doorbell_region, region);
	else if (ret != -ENODEV)
		dev_warn(region->dev, "no doorbell: error %d\n", ret);
}

/**
 * hostclock_doorbell_stop - stop using it
 *
 * Context: take-down.
 */
void hostclock_doorbell_stop(void)
{
	if (!hostclock_doorbell_region)
		return;
	hostclock_doorbell_region->doorbell->stop(hostclock_doorbell_region->dev);
	WRITE_ONCE(hostclock_doorbell_region, NULL);
}

void hostclock_transport_init(const struct hostclock_bring_up_ops *ops)
{
	hostclock_ops = ops;
}

/**
 * hostclock_transport_stop - stop retrying, after all regions were removed
 */
void hostclock_transport_stop(void)
{
	cancel_delayed_work_sync(&hostclock_retry_work);
}
