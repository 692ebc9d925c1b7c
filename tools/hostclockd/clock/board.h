/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the clock shows its view: memory that it alone writes, and that another process
 * may read.  A writer that is killed at any store leaves a view that can be read.
 */
#ifndef HOSTCLOCKD_BOARD_H
#define HOSTCLOCKD_BOARD_H

#include "view.h"

/**
 * struct board - the view, twice
 * @seq:	how many were shown; the newest is views[seq % 2]
 * @views:	it and the one before
 */
struct board {
	u32 seq;
	struct clock_view views[2];
};

void board_show(struct board *b, const struct clock_view *v);
void board_read(const struct board *b, struct clock_view *v);

#endif /* HOSTCLOCKD_BOARD_H */
