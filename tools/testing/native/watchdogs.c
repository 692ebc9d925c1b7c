// SPDX-License-Identifier: GPL-2.0
/*
 * After a gap, whoever looks for lockups once jiffies have jumped finds the watchdogs
 * touched if it has read the clock, or is told of the gap if it asks, also while another
 * CPU is just about to touch them; and some time after that, nobody touches them any more:
 * the driver's own code, with two CPUs that take turns by chance.
 *
 *	watchdogs [--cases N] [--seed N]
 */
#include <stdbool.h>
#include <stdio.h>

#include "draw.h"
#include "kernel.h"

#define CONFIG_HARDLOCKUP_DETECTOR_BUDDY
#define HZ			250
/* A workqueue's that does nothing for longer is stuck. */
#define STUCK_S			30UL
#define NSEC_PER_SEC		1000000000ULL
#define NOTIFY_DONE		0
#define CLOCK_SOURCE_DISCIPLINED 1
#define ATOMIC_INIT(value)	{ value }
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < 2; cpu++)
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

/* Jiffies when the watchdogs were touched: by number, those of one CPU's workqueues */
static unsigned long jiffies, touched, wq_touched[2];
static unsigned int touches;
static int depth;
static bool stale, unheard, unseen, following, updating;
/* Will the other CPU take this one for locked up, now that MONOTONIC has jumped? */
static bool buddy_judges[2];
static u64 clock_ns;

void hostclock_watchdogs_check(void);
bool hostclock_check_guest_paused(void);
static void other_cpu(void);
static void tick(void);

static int atomic_read(const atomic_t *v)
{
	other_cpu();
	return v->counter;
}

static void atomic_set(atomic_t *v, int to)
{
	v->counter = to;
}

static void atomic_cmpxchg(atomic_t *v, int from, int to)
{
	other_cpu();
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

/* A CPU that has read the clock looks for lockups, after a gap that anybody has seen. */
static void read_and_judge(void)
{
	hostclock_watchdogs_check();
	stale |= !unseen && jiffies - touched > STUCK_S * HZ;
}

/* So does one that has not, as wq_watchdog_timer_fn() does. */
static void judge_workqueues(void)
{
	unsigned long now = jiffies;

	other_cpu();
	hostclock_check_guest_paused();
	for (int cpu = 0; cpu < 2; cpu++)
		unheard |= time_after(now, wq_touched[cpu] + STUCK_S * HZ);
}

/* And one who knows when they were touched last, as check_cpu_stall() does. */
static void judge_grace_period(void)
{
	unsigned long last = touched, now = jiffies;

	other_cpu();
	if (!hostclock_check_guest_paused())
		unheard |= time_after(now, last + STUCK_S * HZ);
}

static void judge(void)
{
	if (draw(2))
		judge_workqueues();
	else
		judge_grace_period();
}

/* The other CPU's turn, perhaps */
static void other_cpu(void)
{
	if (depth || draw(4))
		return;
	depth++;
	switch (draw(3)) {
	case 0:
		jiffies++;
		tick();
		break;
	case 1:
		read_and_judge();
		break;
	default:
		judge();
	}
	depth--;
}

static void touch_all_softlockup_watchdogs(void)
{
	other_cpu();
	touches++;
	touched = jiffies;
}

static void wq_watchdog_touch(int cpu)
{
	wq_touched[cpu] = jiffies;
}

static void watchdog_hardlockup_touch_cpu(unsigned int cpu)
{
	buddy_judges[cpu] = false;
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

static struct clocksource ours = { .flags = CLOCK_SOURCE_DISCIPLINED }, other;

static void update(u64 cycle_last, struct clocksource *clock)
{
	struct timekeeper tk = { .tkr_mono = { .cycle_last = cycle_last, .clock = clock } };

	updating = true;
	hostclock_watchdogs_notifier.notifier_call(NULL, 0, &tk);
	updating = false;
	following = clock == &ours;
}

/* After it changed jiffies; one at a time updates the timekeeper. */
static void tick(void)
{
	read_and_judge();
	clock_ns += NSEC_PER_SEC / HZ;
	if (updating || !following)
		return;
	update(clock_ns, &ours);
	unseen = false;
}

static void jump(u64 gap_ns)
{
	jiffies += nsecs_to_jiffies(gap_ns);
	judge();
}

/* One that the page tells of, or that the timekeeper sees before jiffies jump, or after */
static void run_jump(u64 gap_ns)
{
	unsigned long before_jump = draw(4);
	u64 kind = draw(3);

	clock_ns += NSEC_PER_SEC;
	update(clock_ns, &ours);
	unseen = kind == 2;
	/* The counter of clocksource hostclock-raw does not count the page's gap. */
	clock_ns += kind == 1 && draw(2) ? 0 : gap_ns;
	updating = true;
	if (kind == 1)
		hostclock_watchdogs_gap(gap_ns);
	if (kind < 2)
		update(clock_ns, &ours);
	updating = false;
	while (kind < 2 && before_jump--) {
		jiffies++;
		tick();
		judge();
	}
	jump(gap_ns);
	/* The clock may not be ours any more. */
	if (unseen || draw(2))
		tick();
	else
		update(1, &other);
}

/* Looks for lockups that would be some: does anybody touch the watchdogs? */
static bool quiet(unsigned int changes)
{
	touches = 0;
	while (changes--) {
		jiffies++;
		if (following)
			tick();
		if (hostclock_check_guest_paused())
			return false;
	}
	return !touches;
}

static bool run_gap(void)
{
	u64 gap_ns = (STUCK_S + 10) * NSEC_PER_SEC + draw(1ULL << 45);
	bool good;

	stale = false;
	unheard = false;
	buddy_judges[0] = true;
	buddy_judges[1] = true;
	run_jump(gap_ns);
	judge();
	for (int i = 0; i < 2; i++) {
		jiffies++;
		if (following)
			tick();
		judge();
	}
	if (stale || unheard || buddy_judges[0] || buddy_judges[1])
		return false;
	depth++;
	for (int i = 0; i < HZ; i++) {
		jiffies++;
		if (following)
			tick();
		hostclock_check_guest_paused();
	}
	/* From now on a lockup is one. */
	good = quiet(HZ);
	depth--;
	return good;
}

static bool run(u64 seed)
{
	draw_seed(seed);
	jiffies = draw(1ULL << 62);
	touched = jiffies;
	wq_touched[0] = jiffies;
	wq_touched[1] = jiffies;
	for (int i = 0; i < 10; i++)
		if (!run_gap())
			return false;
	return true;
}

static const char *what(void)
{
	if (stale)
		return "judged by jiffies that had jumped";
	if (unheard)
		return "complained although it asked";
	if (buddy_judges[0] || buddy_judges[1])
		return "hard lockups are judged";
	return "touched for ever";
}

int main(int argc, char **argv)
{
	const char *name = "watchdogs are touched until jiffies have jumped, and then no more";
	u64 cases, seed, i = 0;

	draw_options(argc, argv, &cases, &seed);
	hostclock_watchdogs_watch(true);
	while (i < cases && run(seed + i))
		i++;
	hostclock_watchdogs_watch(false);
	if (i == cases)
		printf("ok - %s\n", name);
	else
		printf("not ok - %s: %s; --cases 1 --seed %llu repeats it\n", name, what(),
		       (unsigned long long)(seed + i));
	return i != cases;
}
