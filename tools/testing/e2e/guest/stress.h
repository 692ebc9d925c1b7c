/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stress test's threads: each has one job, on one CPU, which it does over
 * and over until it is told to stop, and judges by itself.
 */
#ifndef _STRESS_H
#define _STRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "check.h"
#include "pages.h"

#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_USEC	1000LL

struct job {
	const char *name;		/* what holds, if it went well */
	void (*run)(struct job *job);
	int64_t (*read)(clockid_t id);	/* for readers: the way */
	int cpu;
	uint64_t done;			/* judged */
	uint64_t first;			/* those among them after a new epoch */
	uint64_t undecided;		/* what was judged by changed meanwhile */
	uint64_t wrong;
	char why[200];			/* the first of them */
	pthread_t thread;
	bool ended;
};

/* One more that is wrong.  The first one's reason is kept. */
__printf(2, 3)
void job_wrong(struct job *job, const char *why, ...);

bool stopping(void);

/* Both pages at one instant, which t is of. */
struct look {
	uint32_t guest_seq;
	uint64_t guest_epoch;
	uint64_t generation;
	uint64_t gaps_ns;
	uint64_t resume_tsc;
	uint64_t tsc_offset;
	struct page_time t;	/* MONOTONIC and RAW are the host's */
};

void look(struct look *look);

/* Nothing changed from one look to the other, and both are of a set's time. */
bool same_epochs(const struct look *before, const struct look *after);

/* The same, and by one parameter set, in which bounds only grow. */
bool same_set(const struct look *before, const struct look *after);

/*
 * What the guest does to its own clocks: bit 0 while it does, the rest tells one
 * time from another.
 */
enum {
	OWN_CLOCK,	/* clocksource or wall clock: REALTIME is not the page's */
	OWN_POLICY,	/* bit 1: what MONOTONIC does is steal, not suspend */
	OWN_KINDS
};

#define OWN_CHANGING	1U
#define OWN_STEAL	2U
#define OWN_NEXT	4U

unsigned int own_state(int kind);
void own_begin(int kind);
void own_end(int kind, unsigned int flags);

static inline bool own_quiet(unsigned int before, unsigned int after)
{
	return before == after && !(before & OWN_CHANGING);
}

bool write_line(const char *path, const char *line);

#define STATE_DIR	"/sys/class/misc/hostclock0/"

/* stress_read.c */
void job_clocks(struct job *job);
void job_handover(struct job *job);
uint64_t clocks_handed_over(void);

/* stress_timers.c */
void job_timerfd(struct job *job);
void job_posix_timer(struct job *job);
void job_one_shots(struct job *job);
void job_sleeps(struct job *job);
void job_cancel(struct job *job);
void timers_block_signals(void);
bool wait_readable(int fd, int timeout_ms);

/* stress_change.c */
void job_change(struct job *job);

/* stress_ask.c */
void job_device(struct job *job);
void job_sysfs(struct job *job);
void job_ptp(struct job *job);
void job_adjtimex(struct job *job);

#endif /* _STRESS_H */
