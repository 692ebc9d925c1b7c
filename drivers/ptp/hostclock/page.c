// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages: finding them in what devices offer, and taking consistent,
 * validated copies of them.
 */
#include <linux/kernel.h>

#include "arch.h"
#include "page.h"
#include "params.h"

static struct hostclock_page hostclock_guest;
static struct hostclock_page hostclock_clocks[HOSTCLOCK_MAX_PAGES];
static unsigned int hostclock_nr_clocks;

static const char * const hostclock_fault_strings[] = {
	[HOSTCLOCK_FAULT_NO_GUEST_PAGE - HOSTCLOCK_PAGE_ERRORS] =
		"no guest page",
	[HOSTCLOCK_FAULT_NO_CLOCK_PAGE - HOSTCLOCK_PAGE_ERRORS] =
		"no clock page of the format and smear that the guest page names",
	[HOSTCLOCK_FAULT_COUNTER - HOSTCLOCK_PAGE_ERRORS] =
		"the kernel does not trust this machine's counter (tsc=reliable?)",
	[HOSTCLOCK_FAULT_SLEW - HOSTCLOCK_PAGE_ERRORS] =
		"MONOTONIC's rate is too far from RAW's (max_slew_ppm)",
	[HOSTCLOCK_FAULT_EARLY - HOSTCLOCK_PAGE_ERRORS] =
		"the counter is before the page's parameters: the VM was stopped",
	[HOSTCLOCK_FAULT_RANGE - HOSTCLOCK_PAGE_ERRORS] =
		"a counter is not within 0 to 255 years",
	[HOSTCLOCK_FAULT_WALL - HOSTCLOCK_PAGE_ERRORS] =
		"the kernel refuses the wall time",
};

/**
 * hostclock_fault_string - a fault in words
 * @fault: 0, an enum hostclock_page_error or an enum hostclock_fault
 */
const char *hostclock_fault_string(int fault)
{
	if (fault < HOSTCLOCK_PAGE_ERRORS)
		return fault ? hostclock_page_strerror(fault) : "none";
	return hostclock_fault_strings[fault - HOSTCLOCK_PAGE_ERRORS];
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

/**
 * hostclock_region_interesting - does a region have pages of ours?
 * @region: mapped memory
 */
bool hostclock_region_interesting(const struct hostclock_region *region)
{
	size_t at;

	for (at = 0; at < region->size; at += HOSTCLOCK_PAGE_SIZE) {
		if (hostclock_is_clock_page(region->mem + at) ||
		    hostclock_is_guest_page(region->mem + at))
			return true;
	}
	return false;
}

/**
 * hostclock_pages_add - take a region's pages into account
 * @region: mapped; stays so until hostclock_pages_forget()
 *
 * Context: one at a time.
 */
void hostclock_pages_add(const struct hostclock_region *region)
{
	struct hostclock_page page = { .region = region };
	size_t at;

	for (at = 0; at < region->size; at += HOSTCLOCK_PAGE_SIZE) {
		page.mem = region->mem + at;
		page.phys = region->phys + at;
		if (hostclock_is_guest_page(page.mem)) {
			if (!hostclock_guest.mem)
				hostclock_guest = page;
		} else if (hostclock_is_clock_page(page.mem) &&
			   hostclock_nr_clocks < ARRAY_SIZE(hostclock_clocks)) {
			hostclock_clocks[hostclock_nr_clocks] = page;
			/* a resync on another CPU may be looking */
			smp_store_release(&hostclock_nr_clocks,
					  hostclock_nr_clocks + 1);
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
	hostclock_nr_clocks = 0;
}

/**
 * hostclock_guest_page - the guest page; its mem is NULL if there is none
 */
const struct hostclock_page *hostclock_guest_page(void)
{
	return &hostclock_guest;
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

/**
 * hostclock_take_set - copy the set that holds now
 * @cp: the page
 * @tsc_offset: guest TSC - the page's counter
 * @set: where to put the set, not validated
 * @count: where to put the page's seq >> 1 if the set is the newest and has begun,
 *	   otherwise HOSTCLOCK_NO_COUNT, which tells to look again when it begins
 * @tsc: where to put the guest TSC for which the set was chosen
 *
 * Context: any, NMI included.
 * Return: 0; HOSTCLOCK_PAGE_TORN if each of HOSTCLOCK_MAX_TRIES tries was
 * overtaken; HOSTCLOCK_FAULT_EARLY if the counter is before all sets.
 */
int notrace hostclock_take_set(const struct hostclock_clock_page *cp,
			       u64 tsc_offset, struct hostclock_params *set,
			       u32 *count, u64 *tsc)
{
	const struct hostclock_params *p;
	int i, tries = HOSTCLOCK_MAX_TRIES;
	u64 *to = (u64 *)set;
	const u64 *from;
	u32 seq;
	u64 delta;

	do {
		seq = hostclock_page_begin(cp);
		*tsc = hostclock_rdtsc();
		p = hostclock_select(cp, seq, *tsc - tsc_offset, &delta);
		from = (const u64 *)p;
		for (i = 0; i < sizeof(*set) / sizeof(*to); i++)
			to[i] = READ_ONCE(from[i]);
		*count = p == hostclock_newest(cp, seq) ? seq >> 1 :
							  HOSTCLOCK_NO_COUNT;
		if (hostclock_select_retry(cp, seq, p))
			continue;
		if (!hostclock_before_first(set, *tsc - tsc_offset))
			return 0;
		*count = HOSTCLOCK_NO_COUNT;
		return HOSTCLOCK_FAULT_EARLY;
	} while (--tries);
	return HOSTCLOCK_PAGE_TORN;
}

/* |mult - raw_mult| / raw_mult <= ppm / 10^6; both products below 2^52 */
static bool notrace hostclock_slew_ok(const struct hostclock_params *set)
{
	u64 raw = le32_to_cpu(set->raw_mult);
	u64 mono = le32_to_cpu(set->mult);
	u64 off = mono > raw ? mono - raw : raw - mono;

	return off * 1000000 <= raw * hostclock_max_slew_ppm();
}

/**
 * hostclock_check_set - may this set be used?
 * @header: private copy of its page's header, validated
 * @set: private copy of the set
 *
 * Context: any, NMI included.
 * Return: 0 or a fault.
 */
int notrace hostclock_check_set(const struct hostclock_clock_page *header,
				const struct hostclock_params *set)
{
	int fault = hostclock_validate_params(header, set);

	if (!fault && !hostclock_slew_ok(set))
		fault = HOSTCLOCK_FAULT_SLEW;
	return fault;
}

static int hostclock_capture_guest(struct hostclock_capture *c)
{
	const struct hostclock_guest_page *gp = READ_ONCE(hostclock_guest.mem);

	if (!gp)
		return HOSTCLOCK_FAULT_NO_GUEST_PAGE;
	if (!hostclock_snapshot_guest(gp, &c->guest))
		return HOSTCLOCK_PAGE_TORN;
	return hostclock_validate_guest_page(&c->guest);
}

/**
 * hostclock_capture - copy and validate what the pages say now
 * @c: where to put it; means nothing unless 0 is returned
 *
 * Bounded.  Between the copies of the guest page and the clock page either may
 * change; their epochs say of what the capture was made.
 *
 * Context: any, with the regions kept from going away.
 * Return: 0 or a fault.
 */
int hostclock_capture(struct hostclock_capture *c)
{
	const struct hostclock_page *page;
	int fault;

	fault = hostclock_capture_guest(c);
	if (fault)
		return fault;
	page = hostclock_find_clock(&c->guest);
	if (!page)
		return HOSTCLOCK_FAULT_NO_CLOCK_PAGE;
	c->cp = page->mem;
	if (!hostclock_snapshot_page(c->cp, &c->clock))
		return HOSTCLOCK_PAGE_TORN;
	fault = hostclock_validate_clock_page_header(&c->clock,
						     hostclock_arch_counter_id);
	if (fault)
		return fault;
	fault = hostclock_take_set(c->cp, le64_to_cpu(c->guest.tsc_offset),
				   &c->set, &c->count, &c->tsc);
	if (fault)
		return fault;
	return hostclock_check_set(&c->clock, &c->set);
}
