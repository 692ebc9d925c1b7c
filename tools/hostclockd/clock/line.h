/* SPDX-License-Identifier: GPL-2.0 */
/* Line pages: a guest's counter for a vDSO that does not know hostclock. */
#ifndef HOSTCLOCKD_LINE_H
#define HOSTCLOCKD_LINE_H

#include "state.h"

#define LINES_MAX	1000
/* A guest's file without copies: the guest page, and the line page */
#define PLAIN_FILE_SIZE	(2 * HOSTCLOCK_PAGE_SIZE)

/* When lines_run() need not run again before the next update */
#define LINES_IDLE	(~0ULL)

/**
 * struct line_target - what a guest page is about to say
 * @page:	which clock page to follow
 * @held:	the guest stands still: it may go on with another offset, which its vDSO
 *		would not notice
 * @epoch:	the guest page's, 0 if there is none
 * @tsc_offset:	guest TSC - the clock page's counter
 * @mono_offset: guest counter - MONOTONIC, ns
 */
struct line_target {
	u32 page;
	u32 held;
	u64 epoch;
	u64 tsc_offset;
	u64 mono_offset;
};

int line_add(u32 id, int fd, struct problem *why);
void line_remove(u32 id);
void line_remove_all(void);
int line_follow(u32 id, const struct line_target *target, struct problem *why);
void lines_close(u32 page);
u64 lines_run(const struct clock *clk);

#endif /* HOSTCLOCKD_LINE_H */
