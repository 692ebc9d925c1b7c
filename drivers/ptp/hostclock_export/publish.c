// SPDX-License-Identifier: GPL-2.0-only
/*
 * Publishes the kernel's line: what happens between the hook and the end of a
 * timekeeping update, and what user space adds to it.
 *
 * The state is guarded by a raw spinlock that nests within timekeeper_lock; nobody reads
 * a clock with it held.
 */
#include <linux/irqflags.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>

#include <asm/tsc.h>

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

#include "publish.h"
#include "timekeeper.h"

static DEFINE_RAW_SPINLOCK(lock);

static struct {
	struct hcx_page *page;	/* NULL: nobody wants to know */
	bool armed;		/* updates are announced by the hook */
	bool inside;		/* the hook was hit, the update not yet published */
	int reason;		/* why nothing is published any more */
	u64 begun;		/* the counter when readers began to wait */
	struct hcx_params last;
	s32 kernel_tai_sec;	/* of the last line, 0 if the kernel knows none */
	u32 told_mult;		/* the rate that user space knows */
	struct hostclock_export_meta meta;
	u64 meta_at;		/* the counter when it was told */
	u64 events;
	struct hcx_counts counts;
} state;

/* Epochs are drawn, where no random numbers can be had. */
static siphash_key_t epoch_key;
static u64 epoch_number;

static void (*publish_changed)(void);

/**
 * hcx_publish_init - before all else
 * @changed: called for events, within a timekeeping update: it must read no clock
 *	     and wake nobody
 */
void hcx_publish_init(void (*changed)(void))
{
	get_random_bytes(&epoch_key, sizeof(epoch_key));
	publish_changed = changed;
}

static void event(void)
{
	state.events++;
	publish_changed();
}

static u64 draw_epoch(void)
{
	u64 epoch;

	do {
		epoch = siphash_1u64(epoch_number++, &epoch_key);
	} while (!epoch || epoch == ~0ULL);
	state.counts.epochs++;
	return epoch;
}

/* What is told with a set that begins at a counter value. */
static struct hostclock_export_meta meta_at(u64 counter)
{
	struct hostclock_export_meta meta = state.meta;

	hcx_meta_age(&meta, counter - state.meta_at, tsc_khz);
	return meta;
}

static void publish(const struct hcx_params *p)
{
	struct hostclock_export_meta meta = meta_at(p->cycle_last);

	if (p->tai_sec)
		meta.flags |= HOSTCLOCK_PARAMS_TAI_VALID;
	hcx_page_publish(state.page, p, &meta);
	state.last = *p;
	state.counts.published++;
}

/* Where the kernel knows no TAI offset, user space may. */
static s32 tai_sec(void)
{
	if (!state.kernel_tai_sec && state.meta.flags & HOSTCLOCK_PARAMS_TAI_VALID)
		return state.meta.tai_offset_sec;
	return state.kernel_tai_sec;
}

/* The TAI offset and the epoch, once all else is known. */
static void settle(struct hcx_params *p)
{
	bool same;

	p->tai_sec = tai_sec();
	same = state.last.epoch && hcx_params_same_offsets(p, &state.last);
	p->epoch = same ? state.last.epoch : draw_epoch();
	if (!same || hcx_params_rates_differ(p->mult, state.told_mult)) {
		state.told_mult = p->mult;
		event();
	}
}

/*
 * Readers go on with the last line, which is nobody's clock any more, and know it.  The
 * page is user space's again.
 */
static void stop(int reason)
{
	state.reason = reason;
	state.meta.status = HOSTCLOCK_STATUS_UNRELIABLE;
	if (state.last.mult)
		publish(&state.last);
	else if (state.inside)
		hcx_page_abandon(state.page);
	hcx_page_set_live(state.page, false);
	event();
}

static void update(const struct timekeeper *tk)
{
	struct hcx_params p;
	int reason = hcx_timekeeper_params(tk, &p);

	if (!reason && state.armed && !state.inside)
		reason = HOSTCLOCK_EXPORT_UNHOOKED;
	if (reason) {
		stop(reason);
		return;
	}
	hcx_params_begin_at(&p, state.inside ? state.begun : rdtsc_ordered());
	state.kernel_tai_sec = p.tai_sec;
	settle(&p);
	publish(&p);
}

/**
 * hcx_publish_begin - an update is about to become visible to the kernel's readers
 *
 * Context: within the update, interrupts are off.
 */
void hcx_publish_begin(void)
{
	raw_spin_lock(&lock);
	state.counts.hooks++;
	if (state.page && !state.reason) {
		state.inside = true;
		state.begun = hcx_page_begin(state.page);
	}
	raw_spin_unlock(&lock);
}

/**
 * hcx_publish_update - it has become visible
 * @tk: the timekeeper
 *
 * Context: as hcx_publish_begin().
 */
void hcx_publish_update(const struct timekeeper *tk)
{
	raw_spin_lock(&lock);
	state.counts.updates++;
	if (state.page && !state.reason) {
		update(tk);
		if (state.inside)
			state.counts.held_max = max(state.counts.held_max,
						    rdtsc_ordered() - state.begun);
	}
	state.inside = false;
	raw_spin_unlock(&lock);
}

/* Takes the lock when no update is under way. */
static unsigned long lock_outside(void)
	__acquires(&lock)
{
	unsigned long flags;

	for (;;) {
		raw_spin_lock_irqsave(&lock, flags);
		if (!state.inside)
			return flags;
		raw_spin_unlock_irqrestore(&lock, flags);
		cpu_relax();
	}
}

/**
 * hcx_publish_start - publish to a page
 * @page: the page
 * @meta: what user space knows
 *
 * The next update is the first set.
 */
void hcx_publish_start(struct hcx_page *page, const struct hostclock_export_meta *meta)
{
	unsigned long flags = lock_outside();

	state.page = page;
	state.armed = false;
	state.reason = HOSTCLOCK_EXPORT_OK;
	state.last = (struct hcx_params){};
	state.meta = *meta;
	state.meta_at = rdtsc_ordered();
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* From now on, an update without the hook is not to be trusted. */
void hcx_publish_armed(void)
{
	unsigned long flags = lock_outside();

	state.armed = true;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/**
 * hcx_publish_move - go on in another page, LIVE
 * @page: the page, whose own epoch continues if it has the same offsets
 *
 * Return: HOSTCLOCK_EXPORT_OK, or why not: then nothing is changed.
 */
int hcx_publish_move(struct hcx_page *page)
{
	unsigned long flags = lock_outside();
	struct hcx_params before, p = state.last;
	int reason = state.reason;
	u64 now = rdtsc_ordered();

	hcx_page_newest(page, &before);
	if (!reason && !p.epoch)
		reason = HOSTCLOCK_EXPORT_NO_UPDATE;
	if (!reason && before.epoch && hcx_params_ahead(&before, &p, now))
		reason = HOSTCLOCK_EXPORT_AHEAD;
	if (!reason) {
		state.last = before;
		state.page = page;
		hcx_params_begin_at(&p, now);
		settle(&p);
		hcx_page_begin(page);
		publish(&p);
		hcx_page_set_live(page, true);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return reason;
}

/* The page is the caller's again: its count is even, and it is not LIVE. */
void hcx_publish_end(void)
{
	unsigned long flags = lock_outside();

	if (state.page)
		hcx_page_set_live(state.page, false);
	state.page = NULL;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/**
 * hcx_publish_meta - tell readers what user space knows
 * @meta: that
 *
 * Return: 0, or -ENOTCONN if there is no page.
 */
int hcx_publish_meta(const struct hostclock_export_meta *meta)
{
	unsigned long flags = lock_outside();
	struct hcx_params p = state.last;
	int ret = -ENOTCONN;

	if (state.page && !state.reason && p.epoch) {
		state.meta = *meta;
		state.meta_at = rdtsc_ordered();
		hcx_params_begin_at(&p, hcx_page_begin(state.page));
		settle(&p);
		publish(&p);
		ret = 0;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return ret;
}

/* HOSTCLOCK_EXPORT_OK, or why nothing is published any more. */
int hcx_publish_reason(void)
{
	return READ_ONCE(state.reason);
}

void hcx_publish_counts(struct hcx_counts *counts)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	*counts = state.counts;
	raw_spin_unlock_irqrestore(&lock, flags);
}

u64 hcx_publish_events(void)
{
	return READ_ONCE(state.events);
}
