// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshots of the clocks that the kernel takes for PTP drivers, each with the TSC value of
 * which the clocksource's is a function: it is what the line that the vDSO reads makes of that.
 *
 *	snapshots FILE		where e2e/module/snapshots.c shows some
 */
#include <stdio.h>

#include <hostclock/line.h>

#include "check.h"
#include "clocks.h"
#include "mapped.h"

/* There is another line every 4 s. */
#define TRIES	100
#define ROUNDS	20

static const char *file;
static unsigned int all, without, wrong;
static int64_t worst_ns;

/* The one that a processor's vDSO reads as Hyper-V's: behind that for kvm-clock */
static const struct hostclock_line_page *find_line_page(void)
{
	struct mapped m;

	if (!find_mapped("[vvar_vclock]", &m))
		die("no [vvar_vclock] in /proc/self/maps");
	return (const void *)(m.start + HOSTCLOCK_PAGE_SIZE);
}

static void judge(const struct hostclock_course *c, uint64_t cycles, uint64_t tsc)
{
	int64_t off_ns = (int64_t)(cycles - hostclock_course_ns(c, tsc));

	all++;
	if (!tsc) {
		without++;
		return;
	}
	wrong += off_ns != 0;
	if (off_ns > worst_ns || -off_ns > worst_ns)
		worst_ns = off_ns < 0 ? -off_ns : off_ns;
}

/* Snapshots, if the line stayed the same meanwhile. */
static bool take(const struct hostclock_line_page *lp)
{
	uint32_t sequence = HOSTCLOCK_LE32(lp->tsc_sequence);
	struct hostclock_course c = {
		.scale = HOSTCLOCK_LE64(lp->tsc_scale),
		.offset = HOSTCLOCK_LE64(lp->tsc_offset),
	};
	uint64_t cycles[1000], tsc[1000];
	FILE *f = fopen(file, "r");
	size_t n = 0;

	if (!f)
		die("%s", file);
	while (n < ARRAY_SIZE(tsc) && fscanf(f, "%lu %lu", &cycles[n], &tsc[n]) == 2)
		n++;
	fclose(f);
	if (!sequence || HOSTCLOCK_LE32(lp->tsc_sequence) != sequence || !n)
		return false;
	for (size_t i = 0; i < n; i++)
		judge(&c, cycles[i], tsc[i]);
	return true;
}

int main(int argc, char **argv)
{
	const struct hostclock_line_page *lp = find_line_page();
	int taken = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: snapshots FILE\n");
		return 2;
	}
	file = argv[1];
	read_vdso(CLOCK_MONOTONIC);
	for (int i = 0; i < TRIES && taken < ROUNDS; i++)
		taken += take(lp);
	check(taken == ROUNDS, "snapshots are taken while the line stays the same",
	      "%d of %d times", taken, TRIES);
	note("%u snapshots, %u without a TSC value", all, without);
	check(without <= all / 10, "they have the TSC value", "%u of %u have none", without,
	      all);
	check(!wrong, "the clock is what the line makes of that",
	      "%u of %u are off by up to %lld ns", wrong, all, (long long)worst_ns);
	return check_status();
}
