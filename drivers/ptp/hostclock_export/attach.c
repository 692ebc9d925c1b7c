// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking over a page and giving it back.  Before anything is stored to the caller's
 * page, the same is done with a page of our own and compared with the kernel.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>

#include "attach.h"
#include "check.h"
#include "hook.h"
#include "page.h"
#include "publish.h"

/* What a trial compares, over at least so many updates and at most so long. */
#define HCX_TRIAL_CHECKS	100
#define HCX_TRIAL_UPDATES	10
#define HCX_TRIAL_MS		2000

/* Guards what follows. */
static DEFINE_MUTEX(mutex);
static struct hcx_page page;	/* .cp is NULL if none is attached */
static int refused;		/* why the last one was refused */

/* Compares until there were updates enough.  Returns why not to go on. */
static int compare_trial(const struct hcx_page *trial)
{
	unsigned long end = jiffies + msecs_to_jiffies(HCX_TRIAL_MS);
	struct hcx_counts from, now;
	struct hcx_check check = {};

	hcx_publish_counts(&from);
	do {
		hcx_check_run(trial->cp, HCX_TRIAL_CHECKS, &check);
		if (hcx_check_wrong(&check))
			return HOSTCLOCK_EXPORT_MISMATCH;
		if (hcx_publish_reason())
			return hcx_publish_reason();
		usleep_range(1000, 2000);
		hcx_publish_counts(&now);
		if (now.hooks - from.hooks >= HCX_TRIAL_UPDATES && check.compared)
			return HOSTCLOCK_EXPORT_OK;
	} while (time_before(jiffies, end) && !signal_pending(current));
	return HOSTCLOCK_EXPORT_NO_UPDATE;
}

static void end_updates(void)
{
	hcx_publish_end();
	hcx_hook_stop();
}

/* On a page of our own; on success updates go on. */
static int start_trial(struct hcx_page *trial, const struct hostclock_export_meta *meta)
{
	int reason;

	hcx_publish_start(trial, meta);
	if (hcx_hook_start()) {
		hcx_publish_end();
		return HOSTCLOCK_EXPORT_NO_HOOK;
	}
	reason = compare_trial(trial);
	if (reason)
		end_updates();
	return reason;
}

/* From the trial's page to the caller's. */
static int try_and_move(const struct hostclock_export_meta *meta)
{
	struct hcx_page trial;
	int ret = hcx_page_make(&trial);

	if (ret)
		return ret;
	refused = start_trial(&trial, meta);
	if (!refused) {
		refused = hcx_publish_move(&page);
		if (refused)
			end_updates();
	}
	hcx_page_release(&trial);
	switch (refused) {
	case HOSTCLOCK_EXPORT_OK:
		return 0;
	case HOSTCLOCK_EXPORT_MISMATCH:
		return -EPROTO;
	case HOSTCLOCK_EXPORT_AHEAD:
		return -EAGAIN;
	default:
		return -EOPNOTSUPP;
	}
}

static int attach_first(const struct hostclock_export_attach *attach)
{
	int ret = hcx_page_pin(&page, attach->address);

	if (ret)
		return ret;
	if (hcx_page_usable(&page)) {
		ret = try_and_move(&attach->meta);
	} else {
		refused = HOSTCLOCK_EXPORT_PAGE;
		ret = -EINVAL;
	}
	if (ret)
		hcx_page_release(&page);
	return ret;
}

/* A page that is LIVE already has a new owner. */
static int adopt(const struct hostclock_export_attach *attach)
{
	struct hcx_page again;
	int ret = hcx_page_pin(&again, attach->address);

	if (ret)
		return ret;
	ret = again.cp == page.cp && !hcx_publish_reason() ?
	      hcx_publish_meta(&attach->meta) : -EBUSY;
	hcx_page_release(&again);
	return ret;
}

/**
 * hcx_attach - have the kernel write a page
 * @attach: which
 *
 * Context: the caller's process; may sleep.
 * Return: as HOSTCLOCK_EXPORT_ATTACH.
 */
int hcx_attach(const struct hostclock_export_attach *attach)
{
	int ret;

	mutex_lock(&mutex);
	ret = page.cp ? adopt(attach) : attach_first(attach);
	mutex_unlock(&mutex);
	return ret;
}

/**
 * hcx_detach - give the page back, if there is one
 *
 * Context: may sleep.
 */
void hcx_detach(void)
{
	mutex_lock(&mutex);
	if (page.cp) {
		end_updates();
		hcx_page_release(&page);
		refused = HOSTCLOCK_EXPORT_OK;
	}
	mutex_unlock(&mutex);
}

/**
 * hcx_attach_state - as HOSTCLOCK_EXPORT_STATE
 * @state: to be filled in
 *
 * Waits for nobody: of what is being changed it tells one or the other.
 */
void hcx_attach_state(struct hostclock_export_state *state)
{
	bool attached = READ_ONCE(page.cp);
	struct hcx_counts counts;

	hcx_publish_counts(&counts);
	*state = (struct hostclock_export_state){
		.state = HOSTCLOCK_EXPORT_IDLE,
		.reason = attached ? hcx_publish_reason() : READ_ONCE(refused),
		.events = hcx_publish_events(),
		.updates = counts.published,
	};
	if (attached)
		state->state = state->reason ? HOSTCLOCK_EXPORT_STOPPED : HOSTCLOCK_EXPORT_LIVE;
}

/**
 * hcx_attach_check - compare the page with the kernel
 * @times: how often
 * @check: to be added to
 *
 * Context: may sleep.
 * Return: 0, or -ENOTCONN if there is no page.
 */
int hcx_attach_check(u64 times, struct hcx_check *check)
{
	int ret = -ENOTCONN;

	mutex_lock(&mutex);
	if (page.cp && !hcx_publish_reason()) {
		hcx_check_run(page.cp, times, check);
		ret = 0;
	}
	mutex_unlock(&mutex);
	return ret;
}
