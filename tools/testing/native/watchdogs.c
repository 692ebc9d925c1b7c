// SPDX-License-Identifier: GPL-2.0
/*
 * After a gap, whoever reads the clock once jiffies have jumped finds the watchdogs touched,
 * also while another CPU is just about to touch them; and once they have jumped, nobody
 * touches them any more: the driver's own code, with two CPUs that take turns by chance.
 *
 *	watchdogs [--cases N] [--seed N]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

#define HZ			250
/* A workqueue's that does nothing for longer is stuck. */
#define STUCK_S			30UL
#define NSEC_PER_SEC		1000000000ULL
#define NOTIFY_DONE		0
#define CLOCK_SOURCE_DISCIPLINED 1
#define ATOMIC_INIT(value)	{ value }
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define cmpxchg(p, old, new)	__sync_val_compare_and_swap(p, old, new)

typedef struct { int counter; } atomic_t;

struct clocksource {
	unsigned int flags;
};

struct timekeeper {
	struct {
		u64 cycle_last;
		struct clocksource *clock;
	} tkr_mono;
};

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long was_set, void *data);
};

static unsigned long jiffies, touched;
static unsigned int touches;
static int depth;
static bool stale;
static u64 rng;

void hostclock_watchdogs_check(void);

static int atomic_read(const atomic_t *v)
{
	return v->counter;
}

static void atomic_set(atomic_t *v, int to)
{
	v->counter = to;
}

static void atomic_cmpxchg(atomic_t *v, int from, int to)
{
	if (v->counter == from)
		v->counter = to;
}

static unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / (NSEC_PER_SEC / HZ);
}

static void pvclock_gtod_register_notifier(struct notifier_block *nb)
{
	(void)nb;
}

static void pvclock_gtod_unregister_notifier(struct notifier_block *nb)
{
	(void)nb;
}

static u64 draw(u64 below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % below;
}

/* A CPU that has read the clock looks for lockups. */
static void read_and_judge(void)
{
	hostclock_watchdogs_check();
	stale |= jiffies - touched > STUCK_S * HZ;
}

static void touch_all_softlockup_watchdogs(void)
{
	if (!depth && draw(2)) {
		depth++;
		read_and_judge();
		depth--;
	}
	touches++;
	touched = jiffies;
}

static void clocksource_touch_watchdog(void)
{
}

static void rcu_cpu_stall_reset(void)
{
}

static void reset_hung_task_detector(void)
{
}

#include "../../../drivers/ptp/hostclock/tk_watchdog.c"

/* One that the page tells of, or one that only the timekeeper sees */
static void begin_gap(u64 gap_ns)
{
	struct clocksource clock = { .flags = CLOCK_SOURCE_DISCIPLINED };
	struct timekeeper tk = { .tkr_mono.clock = &clock };

	if (draw(2)) {
		hostclock_watchdogs_gap(gap_ns);
		return;
	}
	tk.tkr_mono.cycle_last = hostclock_last_update_ns + NSEC_PER_SEC;
	hostclock_watchdogs_notifier.notifier_call(NULL, 0, &tk);
	tk.tkr_mono.cycle_last += gap_ns;
	hostclock_watchdogs_notifier.notifier_call(NULL, 0, &tk);
}

static bool run_gap(void)
{
	u64 gap_ns = (STUCK_S + 10) * NSEC_PER_SEC + draw(1ULL << 45);
	unsigned long before_jump = draw(4);

	stale = false;
	begin_gap(gap_ns);
	while (before_jump--) {
		jiffies++;
		read_and_judge();
	}
	jiffies += nsecs_to_jiffies(gap_ns);
	read_and_judge();
	for (int i = 0; i < 2; i++) {
		jiffies++;
		hostclock_watchdogs_check();
	}
	/* From now on a lockup is one. */
	touches = 0;
	for (int i = 0; i < HZ; i++) {
		jiffies++;
		hostclock_watchdogs_check();
	}
	return !stale && !touches;
}

static bool run(u64 seed)
{
	rng = seed * 0x9e3779b97f4a7c15ULL | 1;
	jiffies = draw(1ULL << 62);
	touched = jiffies;
	for (int i = 0; i < 10; i++)
		if (!run_gap())
			return false;
	return true;
}

int main(int argc, char **argv)
{
	const char *name = "watchdogs are touched until jiffies have jumped, and then no more";
	u64 cases = 20000, seed = time(NULL), i = 0;

	for (int a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--cases"))
			cases = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
	}
	hostclock_watchdogs_watch(true);
	while (i < cases && run(seed + i))
		i++;
	hostclock_watchdogs_watch(false);
	if (i == cases)
		printf("ok - %s\n", name);
	else
		printf("not ok - %s: %s; --cases 1 --seed %llu repeats it\n", name,
		       stale ? "judged by jiffies that had jumped" : "touched for ever",
		       (unsigned long long)(seed + i));
	return i != cases;
}
