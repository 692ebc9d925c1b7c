// SPDX-License-Identifier: GPL-2.0
/*
 * A page that changes all the time does not keep readers from ending, however long one
 * try and one resync take; and changes that are few are all followed. The driver's own
 * limit, with CPUs that take turns by the time it takes them.
 *
 *	resyncs [--cases N] [--seed N]
 */
#include <stdbool.h>
#include <stdio.h>

#include <hostclock/reader.h>

#include "draw.h"
#include "kernel.h"

#define CPUS			16
/* One try of a reader: 0.4 us to 1.6 ms at 2.6 GHz */
#define MAX_TRY			(1ULL << 22)
/* What a page may keep a reader from its end: two rows, and what runs beside them */
#define MAX_ROWS		6
#define READINGS		4

#define raw_cpu_read(name)	(name)
#define raw_cpu_ptr(name)	(name)
#define per_cpu_ptr(name, cpu)	((void)(cpu), (name))
#define per_cpu(name, cpu)	(*((void)(cpu), &(name)))
#define this_cpu_write(name, to) ((name) = (to))
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < 1; cpu++)
#define xchg(p, to)		({ __auto_type _was = *(p); *(p) = (to); _was; })
#define hostclock_rdtsc()	tsc

typedef struct { u64 counter; } atomic64_t;
typedef struct { unsigned long counter; } atomic_long_t;

struct irq_work {
	void (*handler)(struct irq_work *work);
};

#define IRQ_WORK_INIT_HARD(f)	((struct irq_work){ .handler = (f) })

static u64 tsc;

static u64 atomic64_read(const atomic64_t *v)
{
	return v->counter;
}

static void atomic64_cmpxchg(atomic64_t *v, u64 from, u64 to)
{
	if (v->counter == from)
		v->counter = to;
}

static unsigned long atomic_long_read(const atomic_long_t *v)
{
	return v->counter;
}

static unsigned long atomic_long_xchg(atomic_long_t *v, unsigned long to)
{
	return xchg(&v->counter, to);
}

static void atomic_long_or(unsigned long bits, atomic_long_t *v)
{
	v->counter |= bits;
}

static void irq_work_queue(struct irq_work *work)
{
	(void)work;
}

static void irq_work_sync(struct irq_work *work)
{
	(void)work;
}

static bool irq_work_is_busy(struct irq_work *work)
{
	(void)work;
	return false;
}

#include "../../../drivers/ptp/hostclock/resync.c"

/* A reader that goes again if the clocks were set while it read, which it may cause. */
static struct cpu {
	u64 try_counts, resync_counts;
	u64 begun;		/* this reading */
	u64 read_from;		/* this try */
	u64 begun_resync;
	u64 until;		/* its end, or that of the resync */
	bool resyncs;
	u64 readings;
} cpus[CPUS];

static u64 nr_cpus, set_at, slowest;

static void begin_try(struct cpu *c)
{
	c->resyncs = false;
	c->read_from = tsc;
	c->until = tsc + c->try_counts;
}

static void end_try(struct cpu *c)
{
	if (hostclock_resync_allowed()) {
		c->resyncs = true;
		c->begun_resync = tsc;
		c->until = tsc + c->resync_counts;
		return;
	}
	if (set_at < c->read_from) {
		if (tsc - c->begun > slowest)
			slowest = tsc - c->begun;
		c->readings++;
		c->begun = tsc;
	}
	begin_try(c);
}

static void turn(struct cpu *c)
{
	tsc = c->until;
	if (!c->resyncs) {
		end_try(c);
		return;
	}
	set_at = tsc;
	hostclock_resync_count(c->begun_resync);
	begin_try(c);
}

static struct cpu *next_cpu(void)
{
	struct cpu *next = &cpus[0];

	for (u64 i = 1; i < nr_cpus; i++)
		if ((s64)(cpus[i].until - next->until) < 0)
			next = &cpus[i];
	return next;
}

static bool all_done(void)
{
	for (u64 i = 0; i < nr_cpus; i++)
		if (cpus[i].readings < READINGS)
			return false;
	return true;
}

/* Does every CPU get to read its clocks in time? */
static bool readers_end(u64 limit)
{
	u64 end = tsc + READINGS * limit;

	while (!all_done() && (s64)(tsc - end) < 0)
		turn(next_cpu());
	return all_done() && slowest <= limit;
}

/* Changes that are all followed, so many times what that takes apart, at least */
static bool followed(int changes, u64 times)
{
	for (int i = 0; i < changes; i++) {
		u64 begun = tsc, counts = draw(1ULL << (1 + draw(22)));

		if (!hostclock_resync_allowed())
			return false;
		tsc += counts;
		hostclock_resync_count(begun);
		tsc += counts * times + (draw(2) ? draw(1ULL << 30) : 1 << 9);
	}
	return true;
}

/* Changes that are not too many, or too often, long after those before */
static bool few_followed(void)
{
	tsc += 2 * HOSTCLOCK_PAUSE_COUNTS + draw(1ULL << 60);
	if (!followed(HOSTCLOCK_ROW_RESYNCS, 0))
		return false;
	tsc += 2 * HOSTCLOCK_PAUSE_COUNTS;
	if (!followed(100, HOSTCLOCK_ROW_TIMES))
		return false;
	/* The counter was set back, or the guest was stopped. */
	tsc += draw(2) ? 2 * HOSTCLOCK_PAUSE_COUNTS : -(draw(1ULL << 60) + HOSTCLOCK_PAUSE_COUNTS);
	return hostclock_resync_allowed();
}

static const char *run(u64 seed)
{
	u64 slow = 0;

	draw_seed(seed);
	tsc = draw(1ULL << 62) + (1ULL << 61);
	hostclock_row.counter = 0;
	hostclock_last_counts = 0;
	set_at = 0;
	slowest = 0;
	nr_cpus = 1 + draw(CPUS);
	for (u64 i = 0; i < nr_cpus; i++) {
		u64 try_counts = 1000 + (draw(MAX_TRY) >> draw(11));

		cpus[i] = (struct cpu){
			.try_counts = try_counts,
			.resync_counts = try_counts + draw(4 * try_counts),
			.begun = tsc,
		};
		slow = max(slow, cpus[i].try_counts + cpus[i].resync_counts);
		begin_try(&cpus[i]);
	}
	if (!readers_end(MAX_ROWS * (HOSTCLOCK_ROW_RESYNCS * slow + HOSTCLOCK_PAUSE_COUNTS)))
		return "they keep a reader from its end";
	return few_followed() ? NULL : "few are not followed";
}

int main(int argc, char **argv)
{
	const char *name = "changes without end keep no reader, and few are all followed";
	const char *why = NULL;
	u64 cases, seed, i = 0;

	draw_options(argc, argv, &cases, &seed);
	for (; i < cases && !why; i++)
		why = run(seed + i);
	if (why)
		printf("not ok - %s: %s; --cases 1 --seed %llu repeats it\n", name, why,
		       (unsigned long long)(seed + i - 1));
	else
		printf("ok - %s\n", name);
	return !!why;
}
