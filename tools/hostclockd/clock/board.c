// SPDX-License-Identifier: GPL-2.0
#include <hostclock/platform.h>

#include "board.h"

/* The writer needs a tenth of a second for two; a reader that is that slow reads again. */
#define TRIES	16

static void show_begin(void)
{
	/* The other view is the newest before this is written.  Partner: read_retry(). */
	smp_wmb();
}

static void show_end(struct board *b, u32 seq)
{
	/* The view is complete before it is the newest.  Partner: read_begin(). */
	smp_wmb();
	WRITE_ONCE(b->seq, seq);
}

static u32 read_begin(const struct board *b)
{
	u32 seq = READ_ONCE(b->seq);

	/* Partner: show_end(). */
	smp_rmb();
	return seq;
}

static bool read_retry(const struct board *b, u32 seq)
{
	/* Partner: show_begin(), of the next view but one. */
	smp_rmb();
	return READ_ONCE(b->seq) != seq;
}

void board_show(struct board *b, const struct clock_view *v)
{
	u32 seq = b->seq + 1;

	show_begin();
	b->views[seq % 2] = *v;
	show_end(b, seq);
}

/* The newest view. */
void board_read(const struct board *b, struct clock_view *v)
{
	int tries = 0;
	u32 seq;

	do {
		seq = read_begin(b);
		*v = b->views[seq % 2];
	} while (read_retry(b, seq) && ++tries < TRIES);
}
