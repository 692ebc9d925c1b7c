// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's pages: finding them in the regions that devices offer, and taking
 * consistent, validated copies.
 */
#include <linux/kernel.h>
#include <linux/hostclock-line.h>

#include "arch.h"
#include "page.h"
#include "params.h"

static struct hostclock_page hostclock_guest;
static struct hostclock_page hostclock_line;
static struct hostclock_page hostclock_clocks[HOSTCLOCK_MAX_PAGES];
static unsigned int hostclock_nr_clocks;

/* seq during the update of a LIVE page that was waited for in vain; 0: none */
static u32 hostclock_stalled_seq;

static const char * const hostclock_error_strings[] = {
	[HOSTCLOCK_ERR_NO_GUEST_PAGE - HOSTCLOCK_PAGE_ERRORS] =
		"no guest page",
	[HOSTCLOCK_ERR_NO_CLOCK_PAGE - HOSTCLOCK_PAGE_ERRORS] =
		"no clock page of the format and smear that the guest page names",
	[HOSTCLOCK_ERR_COUNTER - HOSTCLOCK_PAGE_ERRORS] =
		"the kernel took the TSC for unstable (tsc=reliable?), or could not calibrate it (tsc_early_khz=?)",
	[HOSTCLOCK_ERR_SLEW - HOSTCLOCK_PAGE_ERRORS] =
		"MONOTONIC's rate is too far from RAW's (max_slew_ppm)",
	[HOSTCLOCK_ERR_BEFORE_FIRST - HOSTCLOCK_PAGE_ERRORS] =
		"the counter is before the page's parameters: the VM was stopped",
	[HOSTCLOCK_ERR_RANGE - HOSTCLOCK_PAGE_ERRORS] =
		"a counter is not within 0 to 255 years",
	[HOSTCLOCK_ERR_REALTIME - HOSTCLOCK_PAGE_ERRORS] =
		"the kernel refuses that CLOCK_REALTIME",
};

/**
 * hostclock_error_string - an error in words
 * @error: 0, an enum hostclock_page_error or an enum hostclock_error
 */
const char *hostclock_error_string(int error)
{
	if (error < HOSTCLOCK_PAGE_ERRORS)
		return error ? hostclock_page_strerror(error) : "none";
	return hostclock_error_strings[error - HOSTCLOCK_PAGE_ERRORS];
}

static bool hostclock_is_clock_page(const void *mem)
{
	const struct hostclock_clock_page *cp = mem;

	return HOSTCLOCK_LE32(cp->magic) == HOSTCLOCK_CLOCK_MAGIC;
}

static bool hostclock_is_guest_page(const void *mem)
{
	const struct hostclock_guest_page *gp = mem;

	return HOSTCLOCK_LE32(gp->magic) == HOSTCLOCK_GUEST_MAGIC;
}

static bool hostclock_is_line_page(const void *mem)
{
	const struct hostclock_line_page *lp = mem;

	return HOSTCLOCK_LE32(lp->magic) == HOSTCLOCK_LINE_MAGIC &&
	       le16_to_cpu(READ_ONCE(lp->version)) == HOSTCLOCK_VERSION &&
	       le16_to_cpu(READ_ONCE(lp->size)) >= sizeof(*lp);
}

static bool hostclock_region_has(const struct hostclock_region *region,
				 bool (*is_page)(const void *mem))
{
	size_t at;

	for (at = 0; at < region->size; at += HOSTCLOCK_PAGE_SIZE) {
		if (is_page(region->mem + at))
			return true;
	}
	return false;
}

bool hostclock_region_has_guest_page(const struct hostclock_region *region)
{
	return hostclock_region_has(region, hostclock_is_guest_page);
}

bool hostclock_region_has_clock_page(const struct hostclock_region *region)
{
	return hostclock_region_has(region, hostclock_is_clock_page);
}

/**
 * hostclock_region_has_pages - is there a page of ours?
 * @region: mapped memory
 */
bool hostclock_region_has_pages(const struct hostclock_region *region)
{
	return hostclock_region_has_guest_page(region) ||
	       hostclock_region_has_clock_page(region);
}

/**
 * hostclock_pages_add - add the pages of a region
 * @region: mapped; stays so until hostclock_pages_forget()
 * @guest: not only its clock pages
 *
 * Context: calls are serialized by the caller.
 */
void hostclock_pages_add(const struct hostclock_region *region, bool guest)
{
	struct hostclock_page page = { .region = region };
	size_t at;

	for (at = 0; at < region->size; at += HOSTCLOCK_PAGE_SIZE) {
		page.mem = region->mem + at;
		page.phys = region->phys + at;
		if (hostclock_is_guest_page(page.mem)) {
			if (guest && !hostclock_guest.mem)
				hostclock_guest = page;
		} else if (hostclock_is_clock_page(page.mem) &&
			   hostclock_nr_clocks < ARRAY_SIZE(hostclock_clocks)) {
			hostclock_clocks[hostclock_nr_clocks] = page;
			/* a resync on another CPU may be reading them */
			smp_store_release(&hostclock_nr_clocks,
					  hostclock_nr_clocks + 1);
		} else if (guest && hostclock_is_line_page(page.mem) &&
			   !hostclock_line.mem) {
			hostclock_line = page;
		}
	}
}

/**
 * hostclock_pages_forget - forget all pages
 *
 * Context: hostclock not running.
 */
void hostclock_pages_forget(void)
{
	hostclock_guest.mem = NULL;
	hostclock_line.mem = NULL;
	hostclock_nr_clocks = 0;
}

/**
 * hostclock_guest_page - the guest page; its mem is NULL if there is none
 */
const struct hostclock_page *hostclock_guest_page(void)
{
	return &hostclock_guest;
}

/**
 * hostclock_line_page - the line page; its mem is NULL if there is none
 */
const struct hostclock_page *hostclock_line_page(void)
{
	return &hostclock_line;
}

static const struct hostclock_page *
hostclock_find_clock(const struct hostclock_guest_page *guest)
{
	/* pairs with the release in hostclock_pages_add() */
	unsigned int nr = smp_load_acquire(&hostclock_nr_clocks);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct hostclock_clock_page *cp = hostclock_clocks[i].mem;

		if (READ_ONCE(cp->format) == guest->clock_format &&
		    READ_ONCE(cp->smear) == guest->clock_smear)
			return &hostclock_clocks[i];
	}
	return NULL;
}

/**
 * hostclock_clock_phys - where a clock page is
 * @mem: its mapping, or NULL
 *
 * Return: its physical address, 0 if it is none of the known clock pages.
 */
phys_addr_t hostclock_clock_phys(const void *mem)
{
	unsigned int i;

	for (i = 0; mem && i < hostclock_nr_clocks; i++) {
		if (hostclock_clocks[i].mem == mem)
			return hostclock_clocks[i].phys;
	}
	return 0;
}

static void notrace hostclock_copy_words(struct hostclock_params *params,
					 const struct hostclock_params *p)
{
	const u64 *from = (const u64 *)p;
	u64 *to = (u64 *)params;
	int i;

	for (i = 0; i < sizeof(*params) / sizeof(*to); i++)
		to[i] = READ_ONCE(from[i]);
}

/**
 * hostclock_newest_holds - do the newest parameters hold during an update of the page?
 * @cp: the page
 * @seq: its sequence count, odd
 *
 * Not those of a LIVE page, unless this update was waited for in vain.
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_newest_holds(const struct hostclock_clock_page *cp, u32 seq)
{
	return !hostclock_page_live(cp) || seq == READ_ONCE(hostclock_stalled_seq);
}

/* hostclock_live_wait(), but each update is waited for in vain only once */
static bool notrace hostclock_wait_update(struct hostclock_live_wait *wait,
					  const struct hostclock_clock_page *cp, u32 seq,
					  u64 tsc)
{
	bool odd = seq & 1;

	if (odd && hostclock_newest_holds(cp, seq))
		return false;
	if (hostclock_live_wait(wait, cp, seq, tsc))
		return true;
	if (READ_ONCE(hostclock_stalled_seq) != (odd ? seq : 0))
		WRITE_ONCE(hostclock_stalled_seq, odd ? seq : 0);
	return false;
}

/**
 * hostclock_copy_params - copy the parameters that are valid now
 * @cp: the page
 * @tsc_offset: guest TSC - the page's counter
 * @params: where to put them, not validated
 * @count: where to put the page's seq >> 1 if they are its newest, otherwise
 *	   HOSTCLOCK_NOT_NEWEST: the newest begin later, without another change
 * @tsc: where to put the guest TSC of now
 *
 * Context: any, NMI included.
 * Return: 0; HOSTCLOCK_PAGE_TORN if the writer interfered HOSTCLOCK_MAX_TRIES times, after
 * HOSTCLOCK_LIVE_WAIT of a LIVE page;
 * HOSTCLOCK_ERR_BEFORE_FIRST if the TSC is before all parameters in the page.
 */
int notrace hostclock_copy_params(const struct hostclock_clock_page *cp,
				  u64 tsc_offset, struct hostclock_params *params,
				  u32 *count, u64 *tsc)
{
	const struct hostclock_params *p;
	struct hostclock_live_wait wait = { .tries = 0 };
	int tries = HOSTCLOCK_MAX_TRIES;
	u32 seq;
	u64 delta;

	do {
		do {
			seq = hostclock_page_begin(cp);
			*tsc = hostclock_rdtsc();
			p = hostclock_select(cp, seq, *tsc - tsc_offset, &delta);
			hostclock_copy_words(params, p);
		} while (hostclock_wait_update(&wait, cp, seq, *tsc));
		*count = p == hostclock_newest(cp, seq) ? seq >> 1 :
							  HOSTCLOCK_NOT_NEWEST;
		if (hostclock_select_retry(cp, seq, p))
			continue;
		if (!hostclock_before_first(params, *tsc - tsc_offset))
			return 0;
		*count = HOSTCLOCK_NOT_NEWEST;
		return HOSTCLOCK_ERR_BEFORE_FIRST;
	} while (--tries);
	return HOSTCLOCK_PAGE_TORN;
}

/**
 * hostclock_copy_previous - copy the parameters before the newest, and check them
 * @cp: the page
 * @header: a copy of its header, validated
 * @count: of the newest, from hostclock_copy_params()
 * @previous: where to put them; of epoch 0 if there are none, or others already, or
 *	they are not valid
 *
 * Context: any, NMI included.
 */
void notrace hostclock_copy_previous(const struct hostclock_clock_page *cp,
				     const struct hostclock_clock_page *header, u32 count,
				     struct hostclock_params *previous)
{
	u32 seq = hostclock_page_begin(cp);
	const struct hostclock_params *p = hostclock_previous(cp, seq);

	hostclock_copy_words(previous, p);
	if (count == HOSTCLOCK_NOT_NEWEST || seq != count << 1 ||
	    hostclock_select_retry(cp, seq, p) ||
	    hostclock_check_params(header, previous))
		previous->epoch = 0;
}

/* |mult - raw_mult| / raw_mult <= ppm / 10^6; both products below 2^52 */
static bool notrace hostclock_slew_ok(const struct hostclock_params *params)
{
	u64 raw = le32_to_cpu(params->raw_mult);
	u64 mono = le32_to_cpu(params->mult);
	u64 off = mono > raw ? mono - raw : raw - mono;

	return off * 1000000 <= raw * hostclock_max_slew_ppm();
}

/**
 * hostclock_check_params - validate parameters
 * @header: private copy of their page's header, validated
 * @params: private copy
 *
 * Context: any, NMI included.
 * Return: 0 or an error.
 */
int notrace hostclock_check_params(const struct hostclock_clock_page *header,
				   const struct hostclock_params *params)
{
	int error = hostclock_validate_params(header, params);

	if (!error && !hostclock_slew_ok(params))
		error = HOSTCLOCK_ERR_SLEW;
	return error;
}

static int hostclock_snapshot_guest_page(struct hostclock_snapshot *c)
{
	const struct hostclock_guest_page *gp = READ_ONCE(hostclock_guest.mem);

	if (!gp)
		return HOSTCLOCK_ERR_NO_GUEST_PAGE;
	if (!hostclock_snapshot_guest(gp, &c->guest))
		return HOSTCLOCK_PAGE_TORN;
	return hostclock_validate_guest_page(&c->guest);
}

/**
 * hostclock_take_snapshot - copy and validate the pages
 * @c: where to put the copies; valid only if 0 is returned
 *
 * Takes a bounded time.  The guest page and the clock page are not copied at one
 * instant; their epochs tell whether either changed in between.
 *
 * Context: any, while the regions cannot go away.
 * Return: 0 or an error.
 */
int hostclock_take_snapshot(struct hostclock_snapshot *c)
{
	const struct hostclock_page *page;
	int error;

	error = hostclock_snapshot_guest_page(c);
	if (error)
		return error;
	page = hostclock_find_clock(&c->guest);
	if (!page)
		return HOSTCLOCK_ERR_NO_CLOCK_PAGE;
	c->cp = page->mem;
	if (!hostclock_snapshot_page(c->cp, &c->clock))
		return HOSTCLOCK_PAGE_TORN;
	error = hostclock_validate_clock_page_header(&c->clock,
						     hostclock_arch_counter_id);
	if (error)
		return error;
	error = hostclock_copy_params(c->cp, le64_to_cpu(c->guest.tsc_offset),
				      &c->params, &c->count, &c->tsc);
	if (error)
		return error;
	hostclock_copy_previous(c->cp, &c->clock, c->count, &c->previous);
	return hostclock_check_params(&c->clock, &c->params);
}
