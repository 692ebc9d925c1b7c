/* SPDX-License-Identifier: GPL-2.0 */
/* The supervisor's children: started, reaped, started again. */
#ifndef HOSTCLOCKD_FAMILY_H
#define HOSTCLOCKD_FAMILY_H

#include "start.h"

/**
 * struct family_calls - what the supervisor is told
 * @forked:	this is a child, which needs nothing of the supervisor's
 * @ready:	a child does what it is for
 * @failed:	one ended before it ever did
 * @empty:	all have ended, as family_end() asked them to
 */
struct family_calls {
	void (*forked)(void);
	void (*ready)(enum role role);
	void (*failed)(void);
	void (*empty)(void);
};

void family_open(const struct start *start, const struct family_calls *calls);
void family_start(enum role role);
void family_reap(void);
void family_kill(enum role role, const char *why);
void family_end(void);
void family_abandon(void);
bool family_is_ready(enum role role);

#endif /* HOSTCLOCKD_FAMILY_H */
