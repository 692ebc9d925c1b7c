/* SPDX-License-Identifier: GPL-2.0 */
/* Readings of the guest's clocks, and what must hold of them. */
#ifndef _JUDGE_H
#define _JUDGE_H

#include <pthread.h>

#include "check.h"
#include "look.h"

#define CLOCKS	5

/*
 * What is promised depends on what the guest's root has done.  Readers of clocks
 * hold the lock for reading, whoever changes these for writing.
 */
struct rules {
	pthread_rwlock_t lock;
	bool follow;		/* REALTIME and TAI are the page's */
	bool rate;		/* the counter is the page's */
	u8 policy;		/* HOSTCLOCK_POLICY_* as set in sysfs */
	unsigned int changes;
};

extern struct rules rules;

/* What was found; the fields are added to by all threads. */
struct counts {
	unsigned long readings;
	unsigned long first;	/* of them, first ones after an epoch change */
	unsigned long undecided;	/* page not valid, or changed meanwhile */
	unsigned long jumps;	/* guest epochs across which it was judged */
	unsigned long violations;
};

extern struct counts counts;

/* The last reading of a clock, and what the pages said around it. */
struct track {
	bool set;
	s64 ns;
	struct look before, after;
};

/* A thread that reads clocks. */
struct watcher {
	struct looker looker;
	struct look now;
	struct track last[CLOCKS];
	unsigned int changes;	/* of the rules, that it knows of */
	u64 clock_epoch, guest_epoch;
};

/* A violation: said at once, the first ones of many until the host has an answer. */
__printf(1, 2)
void violated(const char *why, ...);
void violations_answered(void);

/* Forget what was before; rules have changed. */
void watcher_restart(struct watcher *w);

/* Read all clocks both ways, once.  True: pages changed their epochs. */
bool watch_all(struct watcher *w);

#endif /* _JUDGE_H */
