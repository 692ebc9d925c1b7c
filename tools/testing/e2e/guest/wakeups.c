// SPDX-License-Identifier: GPL-2.0
/* What woke the CPUs, by the kernel's own counts.  See wakeups.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "wakeups.h"

#define LINE_SIZE	1024

static FILE *must_open(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		die("cannot open %s", path);
	return file;
}

/* The sum over all CPUs of the line of /proc/interrupts that begins so. */
static long sum_interrupts(const char *label)
{
	FILE *file = must_open("/proc/interrupts");
	char line[LINE_SIZE];
	long sum = 0;

	while (fgets(line, sizeof(line), file)) {
		char *at = strstr(line, label), *end;

		if (!at)
			continue;
		at += strlen(label);
		for (long n = strtol(at, &end, 10); end != at;
		     n = strtol(at, &end, 10)) {
			sum += n;
			at = end;
		}
	}
	fclose(file);
	return sum;
}

/* The sum over all CPUs of ".idle_sleeps : N" and its like. */
static long sum_timer_list(const char *field)
{
	FILE *file = must_open("/proc/timer_list");
	char line[LINE_SIZE];
	long sum = 0;

	while (fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, field), *colon;

		if (!at)
			continue;
		colon = strchr(at, ':');
		if (colon)
			sum += atol(colon + 1);
	}
	fclose(file);
	return sum;
}

static long driver_count(void)
{
	FILE *file = fopen("/sys/class/misc/hostclock0/wakeups", "r");
	long count = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &count) != 1)
		count = -1;
	fclose(file);
	return count;
}

void wakeups_count(struct wakeups *w)
{
	w->timer = sum_interrupts("LOC:");
	w->irq_work = sum_interrupts("IWI:");
	w->idle = sum_timer_list(".idle_sleeps");
	w->driver = driver_count();
}

struct wakeups wakeups_since(const struct wakeups *before)
{
	struct wakeups now;

	wakeups_count(&now);
	now.timer -= before->timer;
	now.irq_work -= before->irq_work;
	now.idle -= before->idle;
	if (now.driver >= 0)
		now.driver -= before->driver;
	return now;
}

int wakeups_driver_timers(void)
{
	FILE *file = must_open("/proc/timer_list");
	char line[LINE_SIZE];
	int found = 0;

	while (fgets(line, sizeof(line), file))
		found += strstr(line, "hostclock") && strchr(line, '#');
	fclose(file);
	return found;
}
