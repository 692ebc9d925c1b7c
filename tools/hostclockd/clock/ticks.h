/* SPDX-License-Identifier: GPL-2.0 */
/* When the clock pages are updated. */
#ifndef HOSTCLOCKD_TICKS_H
#define HOSTCLOCKD_TICKS_H

#include "board.h"
#include "state.h"

int ticks_open(struct clock *clk, struct board *board, struct problem *why);
void ticks_show(const struct clock *clk);
void ticks_lines(struct clock *clk);
void ticks_now(struct clock *clk);
void ticks_epochs(unsigned int hz);

#endif /* HOSTCLOCKD_TICKS_H */
