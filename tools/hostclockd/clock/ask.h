/* SPDX-License-Identifier: GPL-2.0 */
/* What the clock can be asked for: messages of one size, each answered by one. */
#ifndef HOSTCLOCKD_ASK_H
#define HOSTCLOCKD_ASK_H

#include "line.h"
#include "state.h"

/**
 * enum ask_what - what is asked
 * @ASK_BEGIN:		forget all guests: who asks has just begun
 * @ASK_RESCALE:	let the scaled pages count as a VM's scaled TSC does
 * @ASK_ADD_COPIES:	write copies of the pages into a file, which comes along
 * @ASK_RENEW_COPIES:	somebody may have overwritten them
 * @ASK_REMOVE_COPIES:	write them no more
 * @ASK_ADD_LINE:	write a line page into a file, which comes along
 * @ASK_FOLLOW_LINE:	before the guest page changes: let the lines follow it
 * @ASK_REMOVE_LINE:	write it no more
 * @ASK_KERNEL:		shall the host's kernel write a page?  id: 1 yes, 0 no
 */
enum ask_what {
	ASK_BEGIN,
	ASK_RESCALE,
	ASK_ADD_COPIES,
	ASK_RENEW_COPIES,
	ASK_REMOVE_COPIES,
	ASK_ADD_LINE,
	ASK_FOLLOW_LINE,
	ASK_REMOVE_LINE,
	ASK_KERNEL,
};

/**
 * struct ask - a question
 * @what:	enum ask_what
 * @serial:	comes back with the answer
 * @id:		whose copies or lines
 * @frac_bits:	the scaling's,
 * @ratio:	see struct hostclock_tsc
 * @line:	what the lines are to follow
 */
struct ask {
	u32 what;
	u32 serial;
	u32 id;
	u32 frac_bits;
	u64 ratio;
	struct line_target line;
};

/**
 * struct answer - to that
 * @serial:	of the question; 0 if there was none: the clock has changed
 * @bad:	it was not done, for this reason:
 * @why:	what went wrong
 */
struct answer {
	u32 serial;
	u32 bad;
	struct problem why;
};

int ask_serve(struct clock *clk, const struct ask *ask, int fd, struct problem *why);

#endif /* HOSTCLOCKD_ASK_H */
