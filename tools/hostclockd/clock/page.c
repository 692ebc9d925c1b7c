// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base/files.h"
#include "base/rate.h"
#include "hostid.h"
#include "page.h"

/* Fill in what never changes, up to the sequence count; the magic last. */
void pages_header(const struct clock_view *v, const struct page_view *pg,
		  struct hostclock_clock_page *cp)
{
	bool scaled = pg->format == HOSTCLOCK_FORMAT_SCALED;
	struct hostclock_clock_page header = {
		.version = htole16(HOSTCLOCK_VERSION),
		.size = htole16(sizeof(header)),
		.format = pg->format,
		.smear = pg->smear,
		.counter_id = HOSTCLOCK_COUNTER_X86_TSC,
		.counter_hz = htole64(scaled ? NSEC_PER_SEC : v->khz * 1000),
	};

	memcpy(header.host_id, v->host_id, sizeof(header.host_id));
	memcpy((void *)cp + sizeof(cp->magic),
	       (void *)&header + sizeof(cp->magic),
	       offsetof(struct hostclock_clock_page, seq) - sizeof(cp->magic));
	WRITE_ONCE(cp->magic, htole32(HOSTCLOCK_CLOCK_MAGIC));
}

/* Nothing in the file is usable: write the header, with no parameters. */
static void start_over(const struct clock *clk, struct page *pg)
{
	WRITE_ONCE(pg->map->magic, 0);
	memset(pg->map->params, 0, sizeof(pg->map->params));
	pages_header(&clk->now, pg->shown, pg->map);
}

/* Does the file belong to this boot of this host? */
static bool is_ours(struct clock *clk, struct page *pg)
{
	struct hostclock_clock_page want = { 0 };

	pages_header(&clk->now, pg->shown, &want);
	if (!memcmp(pg->map, &want, offsetof(struct hostclock_clock_page, seq)))
		return true;
	/* An older hostclockd showed the boot ID itself. */
	hostid_boot(want.host_id);
	if (memcmp(pg->map, &want, offsetof(struct hostclock_clock_page, seq)))
		return false;
	clk->force_epoch = true;
	pages_header(&clk->now, pg->shown, pg->map);
	return true;
}

/*
 * Load the parameters in the file.  They can be continued if the header is this
 * host's.
 */
static bool restore(struct clock *clk, struct page *pg)
{
	struct hostclock_clock_page *cp = pg->map;
	struct params *p = &pg->shown->params;
	u32 newest;

	pg->seq = HOSTCLOCK_LE32(cp->seq) & ~1U;
	if (!is_ours(clk, pg))
		return false;
	newest = (pg->seq >> 1) & 1;
	params_decode(&cp->params[newest], p);
	params_decode(&cp->params[newest ^ 1], &pg->shown->previous);
	if (p->shift < 1 || p->shift > 31 || !p->mult || !p->raw_mult)
		p->epoch = 0;
	if (HOSTCLOCK_LE32(cp->seq) & 1)	/* half overwritten */
		pg->shown->previous.epoch = 0;
	return true;
}

/**
 * pages_open - map the host-wide file, creating it if need be
 * @clk: the clock; opt and khz are set
 * @dir: the directory
 * @why: what went wrong
 *
 * Parameters that are in it already are loaded; update_continues() checks whether
 * they still fit the clock.
 *
 * Return: 0 or -1.
 */
int pages_open(struct clock *clk, int dir, struct problem *why)
{
	const struct files_kind kind = {
		.size = CLOCK_FILE_SIZE, .piece = FILES_PIECE_SIZE, .mode = 0644,
	};
	bool created;
	void *map;
	int i;

	map = files_map(dir, CLOCK_FILE, &kind, &created, why);
	if (!map)
		return -1;
	hostid_shown(dir, clk->now.host_id);
	for (i = 0; i < PAGES; i++) {
		struct page *pg = &clk->pages[i];

		pg->shown = &clk->now.pages[i];
		pg->shown->format = i / 2;
		pg->shown->smear = i % 2 ? clk->opt->smear : HOSTCLOCK_SMEAR_STRICT;
		pg->map = map + i * HOSTCLOCK_PAGE_SIZE;
		if (created || !restore(clk, pg))
			start_over(clk, pg);
	}
	return 0;
}

/* The next parameters do not continue the present ones. */
void page_start_afresh(struct page *pg)
{
	pg->shown->params.epoch = 0;
	pg->shown->previous.epoch = 0;
}

/**
 * pages_rescale - let the scaled pages count as a VM's scaled TSC does
 * @clk: the clock; nobody follows its scaled pages
 * @tsc: how KVM scales it; its offset does not matter
 *
 * They start afresh, with the next update.
 */
void pages_rescale(struct clock *clk, const struct hostclock_tsc *tsc)
{
	const struct clock_sample *s = &clk->sample;
	int i;

	clk->now.scaled = *tsc;
	clk->now.scaled.offset = 0;
	clk->now.scaled.offset = s->raw_ns - hostclock_tsc_to_guest(&clk->now.scaled, s->tsc);
	for (i = 0; i < PAGES; i++) {
		if (clk->now.pages[i].format == HOSTCLOCK_FORMAT_SCALED)
			page_start_afresh(&clk->pages[i]);
	}
}
