// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base/clockset.h"
#include "base/rate.h"
#include "kept.h"
#include "kernel.h"
#include "line.h"
#include "pace.h"
#include "ticks.h"
#include "update.h"

static struct timer update_timer, line_timer, epoch_timer;
static struct watch was_set = { .fd = -1 };

static struct board *shown;

/* Log an error once, not ten times a second. */
static void update_failed(const struct problem *why)
{
	static struct problem said;

	if (strcmp(said.text, why->text))
		say("%s", why->text);
	said = *why;
}

/* Let others see the clock as it is now. */
void ticks_show(const struct clock *clk)
{
	kept_write(clk);
	board_show(shown, &clk->now);
}

/* What guests have been told of. */
static struct told {
	u64 epoch[PAGES];
	u8 status[PAGES];
	u64 afresh;
} told;

/* Has a guest to be told?  It has been when this returns. */
static bool has_changed(const struct clock_view *v)
{
	struct told now;
	bool changed;
	int i;

	memset(&now, 0, sizeof(now));
	for (i = 0; i < PAGES; i++) {
		now.epoch[i] = v->pages[i].params.epoch;
		now.status[i] = v->pages[i].params.status;
	}
	now.afresh = v->afresh;
	changed = memcmp(&now, &told, sizeof(now));
	told = now;
	return changed;
}

/* Lines follow the clock pages when new parameters begin. */
void ticks_lines(struct clock *clk)
{
	u64 begun = hostclock_rdtsc(), ns = lines_run(clk);

	clk->lines_ns = rate_ns(hostclock_rdtsc() - begun, clk->now.scale);
	if (ns != LINES_IDLE)
		loop_timer_set(&line_timer, ns, 0);
}

static void lines_due(void *arg)
{
	ticks_lines(arg);
}

static void update(struct clock *clk, u64 lead_ns)
{
	struct problem why;

	if (clk->now.frozen)
		return;
	if (update_run(clk, lead_ns, &why)) {
		update_failed(&why);
		return;
	}
	if (update_timer.every_ns != clk->now.interval_ns)
		loop_timer_set(&update_timer, clk->now.interval_ns, clk->now.interval_ns);
	kernel_follow(clk);
	ticks_show(clk);
	ticks_lines(clk);
	if (has_changed(&clk->now))
		clk->changed(clk->arg);
}

static void update_due(void *arg)
{
	struct clock *clk = arg;

	update(clk, pace_lead_ns(clk));
}

/* Publish what has changed, as soon as the protocol allows. */
void ticks_now(struct clock *clk)
{
	update(clk, LEAD_SOON_NS);
}

static void epoch_due(void *arg)
{
	struct clock *clk = arg;

	clk->force_epoch = true;
	update(clk, LEAD_SOON_NS);
}

/* Change the epoch at this rate, for tests; 0 stops it. */
void ticks_epochs(unsigned int hz)
{
	u64 interval_ns = hz ? NSEC_PER_SEC / hz : 0;

	loop_timer_set(&epoch_timer, interval_ns, interval_ns);
}

static void clock_was_set(void *arg)
{
	if (clockset_happened(&was_set))
		update(arg, LEAD_SOON_NS);
}

/**
 * ticks_open - keep the pages up to date from now on
 * @clk: the clock, with parameters published
 * @board: where others see it
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int ticks_open(struct clock *clk, struct board *board, struct problem *why)
{
	shown = board;
	has_changed(&clk->now);
	ticks_show(clk);
	update_timer.due = update_due;
	update_timer.arg = clk;
	was_set.ready = clock_was_set;
	was_set.arg = clk;
	line_timer.due = lines_due;
	line_timer.arg = clk;
	epoch_timer.due = epoch_due;
	epoch_timer.arg = clk;
	loop_timer_set(&update_timer, clk->now.interval_ns, clk->now.interval_ns);
	return clockset_watch(&was_set, why);
}
