// SPDX-License-Identifier: GPL-2.0-only
/*
 * What transports share: memory that comes and goes with devices, being brought up
 * when there are valid pages in it, and doorbells.
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "accept.h"
#include "counter.h"
#include "params.h"
#include "transport.h"

/*
 * A page without valid contents is looked at again after 50 ms, and then after
 * twice as long each time up to 1.6 s: six timers in all.  After that only
 * when somebody uses the device.
 */
#define HOSTCLOCK_RETRY_MS	50
#define HOSTCLOCK_RETRIES	6

/* Guards the regions, bringing up and taking down; outside of all other locks */
static DEFINE_MUTEX(hostclock_mutex);
static LIST_HEAD(hostclock_regions);
static const struct hostclock_bring_up_ops *hostclock_ops;

static void hostclock_retry(struct work_struct *work);
static DECLARE_DELAYED_WORK(hostclock_retry_work, hostclock_retry);
static unsigned int hostclock_retries;
static u64 hostclock_timers;	/* started by the driver */

/* Which region's device can ring, or NULL */
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

/**
 * hostclock_region_add - a device offers a region
 * @region: mapped; stays so until hostclock_region_del()
 *
 * Context: may sleep.
 */
void hostclock_region_add(struct hostclock_region *region)
{
	mutex_lock(&hostclock_mutex);
	list_add_tail(&region->node, &hostclock_regions);
	hostclock_pages_add(region);
	hostclock_bring_up();
	mutex_unlock(&hostclock_mutex);
}

/**
 * hostclock_region_del - it goes away
 * @region: one that was added; nobody uses it when this returns
 *
 * Context: may sleep.
 */
void hostclock_region_del(struct hostclock_region *region)
{
	struct hostclock_region *other;

	mutex_lock(&hostclock_mutex);
	hostclock_ops->take_down();
	hostclock_retries = 0;
	list_del(&region->node);
	hostclock_pages_forget();
	list_for_each_entry(other, &hostclock_regions, node)
		hostclock_pages_add(other);
	hostclock_bring_up();
	mutex_unlock(&hostclock_mutex);
}

/**
 * hostclock_check_pages - somebody uses the device, or it rings: see what the pages
 * say now
 *
 * Context: any but NMI.
 */
void hostclock_check_pages(void)
{
	if (hostclock_running())
		hostclock_counter(hostclock_mode_counter());
	else
		mod_delayed_work(system_wq, &hostclock_retry_work, 0);
}

/**
 * hostclock_wakeups - how many timers the driver has started
 */
u64 hostclock_wakeups(void)
{
	return READ_ONCE(hostclock_timers);
}

/**
 * hostclock_doorbell_interrupt - the host says that there is something new
 *
 * Context: hard interrupt.
 */
void hostclock_doorbell_interrupt(void)
{
	WRITE_ONCE(hostclock_doorbell_count, hostclock_doorbell_count + 1);
	hostclock_check_pages();
}

/**
 * hostclock_doorbell_interrupts - how often the host rang
 * @rings: where to put it
 *
 * Return: can it?
 */
bool hostclock_doorbell_interrupts(u64 *rings)
{
	*rings = READ_ONCE(hostclock_doorbell_count);
	return READ_ONCE(hostclock_doorbell_region);
}

/**
 * hostclock_doorbell_start - have the guest page's device ring, if it can
 *
 * Context: while being brought up.
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
 * hostclock_doorbell_stop - it does not any more, and nobody listens
 *
 * Context: while being taken down.
 */
void hostclock_doorbell_stop(void)
{
	if (!hostclock_doorbell_region)
		return;
	hostclock_doorbell_region->doorbell->stop(hostclock_doorbell_region->dev);
	WRITE_ONCE(hostclock_doorbell_region, NULL);
}

/**
 * hostclock_transport_init - once, before anything else of this file
 * @ops: what is done when pages come and go
 */
void hostclock_transport_init(const struct hostclock_bring_up_ops *ops)
{
	hostclock_ops = ops;
}

/**
 * hostclock_transport_stop - after all regions went away
 */
void hostclock_transport_stop(void)
{
	cancel_delayed_work_sync(&hostclock_retry_work);
}
