/* SPDX-License-Identifier: GPL-2.0 */
/* What hostclockd's processes share beside messages. */
#ifndef HOSTCLOCKD_SHARED_H
#define HOSTCLOCKD_SHARED_H

#include "base/table.h"
#include "clock/board.h"

/**
 * struct shared - what children are started with
 * @board:	written by the clock
 * @board_fd:	for the attendant, who can only read it
 * @table:	the processes
 * @ends:	of the channel, by role
 */
struct shared {
	struct board *board;
	int board_fd;
	struct table *table;
	int ends[ROLES];
};

int shared_open(struct shared *s, struct problem *why);
int shared_only_read(struct shared *s, struct problem *why);

#endif /* HOSTCLOCKD_SHARED_H */
