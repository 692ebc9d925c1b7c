/* SPDX-License-Identifier: GPL-2.0 */
/* What the guests' side has: it sees the clock, and can ask it for a few things. */
#ifndef HOSTCLOCKD_EXPORTER_H
#define HOSTCLOCKD_EXPORTER_H

#include "base/options.h"
#include "base/table.h"
#include "clock/board.h"

struct answer;
struct ask;

/* Rounds through the guests, see poll.c */
#define POLL_ROUNDS	3

/**
 * struct exporter - everything but the clock
 * @opt:		options
 * @dir:		the directory
 * @vm_dir:		and its vm/
 * @board:		where the clock shows itself
 * @clock:		what was read there last
 * @table:		our processes; NULL: this is the only one
 * @ask:		asks the clock, with a descriptor or -1, and gets its answer: 0 or -1
 * @instance:	clock.instance when it was asked for all that guests need of it
 * @afresh:		clock.afresh when the guests last got new epochs
 * @last_id:		the latest name given to a guest's copies of the pages
 * @unsaved:		the state file is older than the state
 * @save_now:		and in what a later exporter could not find out by itself
 * @changes:		how often that was changed
 * @guest_hook:		changes what is published in a guest page, for tests; or NULL
 * @vms:		the guests
 * @renew_next:		whose vmclock part is renewed next, NULL: the first's
 * @poll_next:		which guest is polled next, NULL: the first; by rounds, see poll.c
 */
struct exporter {
	struct options opt;
	int dir;
	int vm_dir;
	const struct board *board;
	struct clock_view clock;
	const struct table *table;
	int (*ask)(const struct ask *ask, int fd, struct problem *why);
	u64 instance;
	u64 afresh;
	u32 last_id;
	bool unsaved;
	bool save_now;
	unsigned int changes;
	void (*guest_hook)(struct hostclock_guest_page *page);
	struct vm *vms;
	struct vm *renew_next;
	struct vm *poll_next[POLL_ROUNDS];
};

/* State that a later exporter needs has changed: write it at the end of the dispatch. */
static inline void exporter_changed(struct exporter *x)
{
	x->unsaved = true;
	x->save_now = true;
	x->changes++;
}

/*
 * The same of what strangers may change as often as they like, and a later exporter finds
 * out or can do without: at the end of the dispatch, but not many times a second.
 */
static inline void exporter_changed_by_others(struct exporter *x)
{
	x->unsaved = true;
}

#endif /* HOSTCLOCKD_EXPORTER_H */
