// SPDX-License-Identifier: GPL-2.0
/*
 * Write parameters to the host-wide pages and to every private copy.  Sequence counts
 * are kept in this process: a guest can write to its private copy, and nothing it
 * writes there may have an effect here.
 */
#include <time.h>

#include <hostclock/writer.h>

#include "base/rate.h"
#include "copies.h"
#include "kernel.h"
#include "page.h"
#include "publish.h"

/* Shorter waits are spun: a sleep may take 50 us more than asked for. */
#define SPIN_NS		100000

/*
 * Wait until the newest parameters are in force, so that the older ones can be
 * overwritten.  They start at most two intervals ahead, unless the TSC was set back;
 * nobody can use them then.
 */
void publish_wait(const struct clock *clk)
{
	s64 most_ns = 2 * clk->opt->interval_ns + NSEC_PER_SEC / 10;
	struct timespec ts = { 0 };
	s64 ns;

	while (clk->now.begins && (ns = rate_ns_until(clk->now.begins, clk->now.scale)) >= 0 &&
	       ns <= most_ns) {
		ts.tv_nsec = ns % NSEC_PER_SEC;
		ts.tv_sec = ns / NSEC_PER_SEC;
		if (ns > SPIN_NS)
			nanosleep(&ts, NULL);
	}
}

static void fill(struct hostclock_clock_page *cp, const struct page *pg,
		 const struct page_hooks *hooks)
{
	struct hostclock_params *params = hostclock_page_claim_at(cp, pg->seq);

	params_encode(&pg->next, params);
	if (hooks) {
		hooks->params(params);
		hooks->header(cp);
	}
}

/* Claim the older parameters and overwrite them.  May be repeated. */
void publish_fill(struct clock *clk)
{
	struct hostclock_clock_page *first;
	unsigned int n;
	int i;

	for (i = 0; i < PAGES; i++) {
		if (!kernel_writes(clk, &clk->pages[i]))
			fill(clk->pages[i].map, &clk->pages[i], clk->hooks);
		for (n = 0; (first = copies_at(n)); n++)
			fill(copies_page(first, i), &clk->pages[i], clk->hooks);
	}
}

/* Publish the parameters that publish_fill() wrote. */
void publish_done(struct clock *clk)
{
	struct hostclock_clock_page *first;
	unsigned int n;
	int i;

	for (i = 0; i < PAGES; i++) {
		struct page *pg = &clk->pages[i];

		if (!kernel_writes(clk, pg))
			hostclock_page_publish_at(pg->map, pg->seq);
		for (n = 0; (first = copies_at(n)); n++)
			hostclock_page_publish_at(copies_page(first, i), pg->seq);
		pg->seq += 2;
		pg->shown->previous = pg->shown->params;
		pg->shown->params = pg->next;
	}
}

/*
 * Bring one VM's copies up to date, whatever is in them: publish the newest
 * parameters as the update did that made them, then write the older ones while seq is
 * odd.
 */
void publish_copy(const struct clock *clk, struct hostclock_clock_page *first)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		const struct page *pg = &clk->pages[i];
		struct hostclock_clock_page *cp = copies_page(first, i);

		pages_header(&clk->now, pg->shown, cp);
		params_encode(&pg->shown->params, hostclock_page_claim_at(cp, pg->seq - 2));
		hostclock_page_publish_at(cp, pg->seq - 2);
		params_encode(&pg->shown->previous, hostclock_page_claim_at(cp, pg->seq));
		hostclock_page_publish_at(cp, pg->seq - 2);
	}
}
