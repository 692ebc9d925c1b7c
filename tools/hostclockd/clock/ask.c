// SPDX-License-Identifier: GPL-2.0
/* Nothing that is asked for may harm a page but those that it is about. */
#include "ask.h"
#include "copies.h"
#include "kernel.h"
#include "page.h"
#include "publish.h"
#include "ticks.h"

/* A VM's TSC is within this many powers of two of the host's. */
#define SCALE_BITS	6

static int rescale(struct clock *clk, const struct ask *ask, struct problem *why)
{
	struct hostclock_tsc tsc = { .ratio = ask->ratio, .frac_bits = ask->frac_bits };

	if (ask->frac_bits < SCALE_BITS || ask->frac_bits >= 64 - SCALE_BITS ||
	    ask->ratio >> (ask->frac_bits + SCALE_BITS) ||
	    !(ask->ratio >> (ask->frac_bits - SCALE_BITS)))
		return problem_set(why, "no TSC is scaled by %llu/2^%u",
				   (unsigned long long)ask->ratio, ask->frac_bits);
	pages_rescale(clk, &tsc);
	ticks_show(clk);
	return 0;
}

static int add_copies(struct clock *clk, u32 id, int fd, struct problem *why)
{
	kernel_return(clk);
	if (copies_add(id, fd, why))
		return -1;
	publish_copy(clk, copies_first(id));
	return 0;
}

static int renew_copies(struct clock *clk, u32 id, struct problem *why)
{
	struct hostclock_clock_page *first = copies_first(id);

	if (!first)
		return problem_set(why, "the clock has no such copies");
	publish_copy(clk, first);
	return 0;
}

static int follow_line(struct clock *clk, const struct ask *ask, struct problem *why)
{
	if (line_follow(ask->id, &ask->line, why))
		return -1;
	ticks_lines(clk);
	return 0;
}

/**
 * ask_serve - do what was asked for
 * @clk: the clock, with parameters published
 * @ask: the question
 * @fd: what came along, or -1; stays the caller's
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int ask_serve(struct clock *clk, const struct ask *ask, int fd, struct problem *why)
{
	switch (ask->what) {
	case ASK_BEGIN:
		copies_remove_all();
		line_remove_all();
		return 0;
	case ASK_RESCALE:
		return rescale(clk, ask, why);
	case ASK_ADD_COPIES:
		return add_copies(clk, ask->id, fd, why);
	case ASK_RENEW_COPIES:
		return renew_copies(clk, ask->id, why);
	case ASK_REMOVE_COPIES:
		copies_remove(ask->id);
		return 0;
	case ASK_ADD_LINE:
		return line_add(ask->id, fd, why);
	case ASK_FOLLOW_LINE:
		return follow_line(clk, ask, why);
	case ASK_REMOVE_LINE:
		line_remove(ask->id);
		return 0;
	case ASK_KERNEL:
		return kernel_want(clk, ask->id, why);
	default:
		return problem_set(why, "the clock was asked for %u, which it does not know",
				   ask->what);
	}
}
