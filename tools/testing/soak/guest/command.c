// SPDX-License-Identifier: GPL-2.0
/*
 * What the host has the guest's root do, a line each: a number, which the answer
 * begins with, a command and maybe an argument.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "soakwatch.h"

#define CURRENT_CLOCKSOURCE \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* A device that was unplugged is there again by then. */
#define REPLUG_MS	20000

static const char *const shown[] = {
	"status", "wall", "clocksource", "epoch", "guest_epoch", "cause",
	"disruptions", "resyncs", "policy",
};

static const char *const memory[] = {
	"MemTotal", "MemAvailable", "Slab", "KernelStack", "PageTables", "VmallocUsed", "Percpu",
};

static void show_memory(void)
{
	char line[128], name[64];
	unsigned long kib;
	FILE *f = fopen("/proc/meminfo", "re");
	size_t i;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^:]: %lu", name, &kib) != 2)
			continue;
		for (i = 0; i < ARRAY_SIZE(memory); i++) {
			if (!strcmp(name, memory[i]))
				printf(" %s %lu", name, kib);
		}
	}
	if (f)
		fclose(f);
}

static void answer(const char *number, s64 real)
{
	char path[128], line[128];
	size_t i;

	printf("pong %s real %lld", number, (long long)real);
	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		snprintf(path, sizeof(path), SYSFS "%s", shown[i]);
		printf(" %s %s", shown[i], line_of(path, line, sizeof(line)));
	}
	printf(" resets %lu readings %lu first %lu undecided %lu jumps %lu violations %lu",
	       daemons_resets(), counts.readings, counts.first, counts.undecided,
	       counts.jumps, counts.violations);
	show_memory();
	putchar('\n');
	fflush(stdout);
	violations_answered();
}

static void expect_line(const char *path, const char *want)
{
	char line[64];

	if (strcmp(line_of(path, line, sizeof(line)), want))
		violated("%s says %s, not %s", path, line, want);
}

static void do_policy(const char *value)
{
	static const char *const names[] = { "default", "suspend", "steal" };
	u8 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(value, names[i]))
			rules.policy = i;
	}
	if (!write_line(SYSFS "policy", value))
		violated("policy %s cannot be set", value);
}

/* Somebody sets the clock ahead or back by so many ns. */
static void do_detach(const char *value)
{
	s64 ns = read_vdso(CLOCK_REALTIME) + strtoll(value, NULL, 10);
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	rules.follow = false;
	if (clock_settime(CLOCK_REALTIME, &ts))
		violated("the clock cannot be set to %lld ns: %s", (long long)ns,
			 strerror(errno));
	expect_line(SYSFS "wall", "detached");
}

static void do_follow(const char *value)
{
	(void)value;
	if (!write_line(SYSFS "wall", "follow"))
		violated("follow cannot be written to wall");
	expect_line(SYSFS "wall", "follow");
	rules.follow = true;
}

static void do_clocksource(const char *value)
{
	bool ours = !strcmp(value, "hostclock");

	if (!write_line(CURRENT_CLOCKSOURCE, value))
		violated("clocksource %s cannot be chosen", value);
	expect_line(CURRENT_CLOCKSOURCE, value);
	expect_line(SYSFS "wall", ours ? "follow" : "own");
	rules.follow = ours;
	rules.rate = ours;
}

static void do_replug(const char *value)
{
	char line[64];
	int ms = 0;

	(void)value;
	daemons_clock_goes();
	watchers_close();
	if (!write_line(SYSFS "device/remove", "1") ||
	    !write_line("/sys/bus/pci/rescan", "1"))
		violated("the device cannot be unplugged");
	do {
		usleep(1000);
	} while (++ms < REPLUG_MS &&
		 strcmp(line_of(SYSFS "clocksource", line, sizeof(line)),
			"hostclock"));
	if (!watchers_open())
		die("%s does not come back", DEVICE);
	expect_line(SYSFS "wall", "follow");
	/* A parameter of the driver, not of the device */
	do_policy("default");
	daemons_clock_comes();
}

static const struct command {
	const char *name;
	void (*run)(const char *value);
} commands[] = {
	{ "policy", do_policy },
	{ "detach", do_detach },
	{ "follow", do_follow },
	{ "clocksource", do_clocksource },
	{ "replug", do_replug },
};

bool command_run(char *line)
{
	const char *number = strtok(line, " \r\n");
	const char *name = strtok(NULL, " \r\n");
	const char *value = strtok(NULL, " \r\n");
	s64 real = read_vdso(CLOCK_REALTIME);
	size_t i;

	if (!number || !name)
		return true;
	/* "ping" and "end" are answered only */
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(name, commands[i].name))
			continue;
		pthread_rwlock_wrlock(&rules.lock);
		commands[i].run(value ? value : "");
		rules.changes++;
		pthread_rwlock_unlock(&rules.lock);
	}
	answer(number, real);
	return strcmp(name, "end");
}
