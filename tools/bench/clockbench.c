// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest: what clock_gettime() costs there, through the vDSO and
 * through the system call, with the clocksource the guest has and with the TSC.
 * All of it in turn, so that what else the host does meets all alike.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/platform.h>

#define ROUNDS	400
#define CALLS	1000

#define SYSFS	"/sys/devices/system/clocksource/clocksource0/"

enum what {
	VDSO,
	SYSCALL,
	VDSO_TSC,
	SYSCALL_TSC,
	LOOP,
	WHATS,
};

static double cost[WHATS][ROUNDS];

static void read_line(const char *path, char *line, size_t len)
{
	FILE *f = fopen(path, "re");

	if (!f || !fgets(line, len, f))
		err(1, "%s", path);
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

static void switch_to(const char *clocksource)
{
	const char *path = SYSFS "current_clocksource";
	char now[64];
	FILE *f = fopen(path, "we");

	if (!f || fputs(clocksource, f) < 0 || fclose(f))
		err(1, "%s", path);
	/* The kernel ignores names that it does not know. */
	read_line(path, now, sizeof(now));
	if (strcmp(now, clocksource))
		errx(1, "the clocksource is %s, cannot be %s", now, clocksource);
}

static u64 call(enum what what)
{
	struct timespec ts;

	switch (what) {
	case VDSO:
	case VDSO_TSC:
		clock_gettime(CLOCK_REALTIME, &ts);
		break;
	case SYSCALL:
	case SYSCALL_TSC:
		syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts);
		break;
	default:
		return hostclock_rdtsc();
	}
	return ts.tv_nsec;
}

static double measure(enum what what)
{
	volatile u64 sink;
	u64 start = hostclock_rdtsc();

	for (int i = 0; i < CALLS; i++)
		sink = call(what);
	(void)sink;
	return (double)(hostclock_rdtsc() - start) / CALLS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_ratio(const char *prefix, const char *name, enum what a,
			enum what b)
{
	double ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		ratios[i] = cost[a][i] / cost[b][i];
	qsort(ratios, ROUNDS, sizeof(*ratios), by_value);
	printf("%s_%s %.4f\n", prefix, name, ratios[ROUNDS / 2]);
}

static u64 mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* For orientation: what else the machine did is in them. */
static void print_ns(const char *prefix, double ns_per_tick)
{
	double vdso[ROUNDS], syscall[ROUNDS];

	memcpy(vdso, cost[VDSO], sizeof(vdso));
	memcpy(syscall, cost[SYSCALL], sizeof(syscall));
	qsort(vdso, ROUNDS, sizeof(*vdso), by_value);
	qsort(syscall, ROUNDS, sizeof(*syscall), by_value);
	fprintf(stderr, "# %s: a read takes %.0f ns, a system call %.0f\n", prefix,
		vdso[ROUNDS / 2] * ns_per_tick, syscall[ROUNDS / 2] * ns_per_tick);
}

static void print(const char *prefix, bool both)
{
	print_ratio(prefix, "vdso_over_syscall", VDSO, SYSCALL);
	/* what both guests have in common, to compare one with the other */
	print_ratio(prefix, "vdso_over_rdtsc", VDSO, LOOP);
	print_ratio(prefix, "syscall_over_rdtsc", SYSCALL, LOOP);
	if (!both)
		return;
	print_ratio(prefix, "vdso_hostclock_over_tsc", VDSO, VDSO_TSC);
	print_ratio(prefix, "syscall_hostclock_over_tsc", SYSCALL, SYSCALL_TSC);
}

static bool has_tsc(void)
{
	char names[256], *rest = names, *name;

	read_line(SYSFS "available_clocksource", names, sizeof(names));
	while ((name = strsep(&rest, " ")))
		if (!strcmp(name, "tsc"))
			return true;
	return false;
}

/* The kernel takes a second or two after booting to be sure of its TSC. */
static void wait_for_tsc(void)
{
	for (int i = 0; i < 100 && !has_tsc(); i++)
		usleep(100000);
	if (!has_tsc())
		errx(1, "the kernel does not trust the TSC");
}

int main(int argc, char **argv)
{
	u64 tsc, ns;
	char own[64];
	bool both;

	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr,
			"usage: clockbench PREFIX\n\n"
			"Measures clock_gettime(CLOCK_REALTIME) in a guest; prints lines of a key,\n"
			"beginning with PREFIX, and a ratio: medians over %d rounds. If the\n"
			"clocksource is hostclock, it is compared with the TSC, and set again.\n",
			ROUNDS);
		return argc == 2 && !strcmp(argv[1], "--help") ? 0 : 2;
	}
	wait_for_tsc();
	read_line(SYSFS "current_clocksource", own, sizeof(own));
	fprintf(stderr, "# %s: clocksource %s\n", argv[1], own);
	both = !strcmp(own, "hostclock");
	tsc = hostclock_rdtsc();
	ns = mono_ns();
	for (int i = 0; i < ROUNDS; i++) {
		cost[VDSO][i] = measure(VDSO);
		cost[SYSCALL][i] = measure(SYSCALL);
		cost[LOOP][i] = measure(LOOP);
		if (!both)
			continue;
		switch_to("tsc");
		cost[VDSO_TSC][i] = measure(VDSO_TSC);
		cost[SYSCALL_TSC][i] = measure(SYSCALL_TSC);
		switch_to(own);
	}
	tsc = hostclock_rdtsc() - tsc;
	print_ns(argv[1], (double)(mono_ns() - ns) / tsc);
	print(argv[1], both);
	return 0;
}
