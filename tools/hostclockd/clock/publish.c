// SPDX-License-Identifier: GPL-2.0
/*
 * Writing sets into the pages: the host-wide ones, and every private copy.
 * Sequence counts come from this process's own memory: a guest may write to a
 * private copy, and what it writes must mean nothing here.
 */
#include <time.h>

#include <hostclock/writer.h>

#include "base/rate.h"
#include "page.h"
#include "publish.h"

/* Shorter waits are spun: a sleep may take 50 us more than asked for. */
#define SPIN_NS		100000

/*
 * Wait until the newest sets hold: the older ones may then be overwritten.  They
 * begin two intervals ahead at most, unless the TSC was set back: then nobody can
 * read them.
 */
void publish_wait(const struct exporter *x)
{
	s64 most_ns = 2 * x->opt.interval_ns + NSEC_PER_SEC / 10;
	struct timespec ts = { 0 };
	s64 ns;

	while (x->begins && (ns = rate_ns_until(x->begins, x->scale)) >= 0 &&
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
	struct hostclock_params *set = hostclock_page_claim_at(cp, pg->seq);

	params_encode(&pg->next, set);
	if (hooks) {
		hooks->params(set);
		hooks->header(cp);
	}
}

/* Claim the older sets and fill them in.  May be repeated. */
void publish_fill(struct exporter *x)
{
	struct page_copies *c;
	int i;

	for (i = 0; i < PAGES; i++) {
		fill(x->pages[i].map, &x->pages[i], x->hooks);
		for (c = x->copies; c; c = c->next)
			fill(page_copy(c, i), &x->pages[i], x->hooks);
	}
}

/* Make the filled sets the newest. */
void publish_done(struct exporter *x)
{
	struct page_copies *c;
	int i;

	for (i = 0; i < PAGES; i++) {
		struct page *pg = &x->pages[i];

		hostclock_page_publish_at(pg->map, pg->seq);
		for (c = x->copies; c; c = c->next)
			hostclock_page_publish_at(page_copy(c, i), pg->seq);
		pg->seq += 2;
		pg->previous = pg->set;
		pg->set = pg->next;
	}
}

/*
 * Bring one VM's copies up to date, whatever they hold: the newest set as the
 * update that made it, then the older one while seq is odd.
 */
void publish_copy(struct exporter *x, const struct page_copies *copies)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		struct page *pg = &x->pages[i];
		struct hostclock_clock_page *cp = page_copy(copies, i);

		pages_header(x, pg, cp);
		params_encode(&pg->set, hostclock_page_claim_at(cp, pg->seq - 2));
		hostclock_page_publish_at(cp, pg->seq - 2);
		params_encode(&pg->previous, hostclock_page_claim_at(cp, pg->seq));
		hostclock_page_publish_at(cp, pg->seq - 2);
	}
}
