// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base/files.h"
#include "base/rate.h"
#include "hostid.h"
#include "page.h"

/* Fill in what never changes, up to the sequence count; the magic last. */
void pages_header(const struct exporter *x, const struct page *pg,
		  struct hostclock_clock_page *cp)
{
	bool scaled = pg->format == HOSTCLOCK_FORMAT_SCALED;
	struct hostclock_clock_page header = {
		.version = htole16(HOSTCLOCK_VERSION),
		.size = htole16(sizeof(header)),
		.format = pg->format,
		.smear = pg->smear,
		.counter_id = HOSTCLOCK_COUNTER_X86_TSC,
		.counter_hz = htole64(scaled ? NSEC_PER_SEC : x->khz * 1000),
	};

	memcpy(header.host_id, x->host_id, sizeof(header.host_id));
	memcpy((void *)cp + sizeof(cp->magic),
	       (void *)&header + sizeof(cp->magic),
	       offsetof(struct hostclock_clock_page, seq) - sizeof(cp->magic));
	WRITE_ONCE(cp->magic, htole32(HOSTCLOCK_CLOCK_MAGIC));
}

/* Nothing in the file is usable: write the header, with no parameters. */
static void start_over(const struct exporter *x, struct page *pg)
{
	WRITE_ONCE(pg->map->magic, 0);
	memset(pg->map->params, 0, sizeof(pg->map->params));
	pages_header(x, pg, pg->map);
}

/* Does the file belong to this boot of this host? */
static bool is_ours(struct exporter *x, struct page *pg)
{
	struct hostclock_clock_page want = { 0 };

	pages_header(x, pg, &want);
	if (!memcmp(pg->map, &want, offsetof(struct hostclock_clock_page, seq)))
		return true;
	/* An older hostclockd showed the boot ID itself. */
	hostid_boot(want.host_id);
	if (memcmp(pg->map, &want, offsetof(struct hostclock_clock_page, seq)))
		return false;
	x->force_epoch = true;
	pages_header(x, pg, pg->map);
	return true;
}

/*
 * Load the parameters in the file.  They can be continued if the header is this
 * host's.
 */
static bool restore(struct exporter *x, struct page *pg)
{
	struct hostclock_clock_page *cp = pg->map;
	u32 newest;

	pg->seq = HOSTCLOCK_LE32(cp->seq) & ~1U;
	if (!is_ours(x, pg))
		return false;
	newest = (pg->seq >> 1) & 1;
	params_decode(&cp->params[newest], &pg->params);
	params_decode(&cp->params[newest ^ 1], &pg->previous);
	if (pg->params.shift < 1 || pg->params.shift > 31 || !pg->params.mult ||
	    !pg->params.raw_mult)
		pg->params.epoch = 0;
	if (HOSTCLOCK_LE32(cp->seq) & 1)	/* half overwritten */
		pg->previous.epoch = 0;
	return true;
}

/**
 * pages_open - map the host-wide file, creating it if need be
 * @x: the exporter; opt, dir and khz are set
 * @why: what went wrong
 *
 * Parameters that are in it already are loaded; update_continues() checks whether
 * they still fit the clock.
 *
 * Return: 0 or -1.
 */
int pages_open(struct exporter *x, struct problem *why)
{
	bool created;
	int i;

	x->clock_map = files_map(x->dir, CLOCK_FILE, CLOCK_FILE_SIZE, 0644,
				 &created, why);
	if (!x->clock_map)
		return -1;
	hostid_shown(x->dir, x->host_id);
	for (i = 0; i < PAGES; i++) {
		struct page *pg = &x->pages[i];

		pg->format = i / 2;
		pg->smear = i % 2 ? x->opt.smear : HOSTCLOCK_SMEAR_STRICT;
		pg->map = x->clock_map + i * HOSTCLOCK_PAGE_SIZE;
		if (created || !restore(x, pg))
			start_over(x, pg);
	}
	return 0;
}

/* The page of that format and smear, or NULL. */
struct page *pages_find(struct exporter *x, u8 format, u8 smear)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		if (x->pages[i].format == format && x->pages[i].smear == smear)
			return &x->pages[i];
	}
	return NULL;
}

/* The page's counter at a TSC value. */
u64 page_counter(const struct exporter *x, const struct page *pg, u64 tsc)
{
	if (pg->format == HOSTCLOCK_FORMAT_UNSCALED)
		return tsc;
	return hostclock_tsc_to_guest(&x->scaled, tsc);
}

/* A rate against the TSC, as one against the page's counter. */
u64 page_rate(const struct exporter *x, const struct page *pg, u64 tsc_rate)
{
	if (pg->format == HOSTCLOCK_FORMAT_UNSCALED)
		return tsc_rate;
	return rate_muldiv(tsc_rate, 1ULL << x->scaled.frac_bits,
			   x->scaled.ratio);
}

/* The parameters in force at a counter value, for readers in this process. */
const struct params *page_params_at(const struct page *pg, u64 counter)
{
	if ((s64)(counter - pg->params.cycle_last) >= 0 || !pg->previous.epoch)
		return &pg->params;
	return &pg->previous;
}

/* The next parameters do not continue the present ones. */
void page_start_afresh(struct page *pg)
{
	pg->params.epoch = 0;
	pg->previous.epoch = 0;
}

/**
 * pages_rescale - let the scaled pages count as a VM's scaled TSC does
 * @x: the exporter; nobody follows its scaled pages
 * @tsc: how KVM scales it; its offset does not matter
 *
 * They start afresh, with the next update.
 */
void pages_rescale(struct exporter *x, const struct hostclock_tsc *tsc)
{
	const struct clock_sample *s = &x->sample;
	int i;

	x->scaled = *tsc;
	x->scaled.offset = 0;
	x->scaled.offset = s->raw_ns - hostclock_tsc_to_guest(&x->scaled, s->tsc);
	for (i = 0; i < PAGES; i++) {
		if (x->pages[i].format == HOSTCLOCK_FORMAT_SCALED)
			page_start_afresh(&x->pages[i]);
	}
}
