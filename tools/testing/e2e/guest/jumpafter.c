// SPDX-License-Identifier: GPL-2.0
/* Other ways to the wall clock than clock_gettime().  See jumpafter.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "jumpafter.h"

#define NSEC_PER_SEC	1000000000LL
#define STAMP_FILE	"/tmp/jumps.stamp"
/* The last tick is that old at most, on a busy host */
#define TICKS_NS	(NSEC_PER_SEC / 2)

/* One way: a time in ns, which may be too early by that much. */
struct way {
	const char *name;
	int64_t (*read)(void);
	int64_t early_ns;
};

static int64_t read_stamp(void)
{
	int fd = open(STAMP_FILE, O_CREAT | O_RDWR, 0600);
	struct stat st;

	if (fd < 0 || futimens(fd, NULL) || fstat(fd, &st))
		die("no time for a file");
	close(fd);
	return timespec_ns(&st.st_mtim);
}

static int64_t read_coarse(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &ts))
		die("CLOCK_REALTIME_COARSE");
	return timespec_ns(&ts);
}

static int64_t read_time(void)
{
	return time(NULL) * NSEC_PER_SEC;
}

static int64_t read_timeval(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return tv.tv_sec * NSEC_PER_SEC + tv.tv_usec * 1000;
}

static int64_t read_adjtimex(void)
{
	struct timex tx = { };

	if (adjtimex(&tx) < 0)
		die("adjtimex");
	return tx.time.tv_sec * NSEC_PER_SEC +
	       tx.time.tv_usec * (tx.status & STA_NANO ? 1 : 1000);
}

static int64_t read_date(void)
{
	FILE *f = popen("date +%s", "r");
	long long sec;

	if (!f || fscanf(f, "%lld", &sec) != 1 || pclose(f))
		die("date");
	return sec * NSEC_PER_SEC;
}

static const struct way ways[] = {
	{ "a file's time", read_stamp, TICKS_NS },
	{ "CLOCK_REALTIME_COARSE", read_coarse, TICKS_NS },
	/* The last tick's second */
	{ "time()", read_time, NSEC_PER_SEC + TICKS_NS },
	{ "gettimeofday()", read_timeval, 1000 },
	{ "adjtimex()", read_adjtimex, 1000 },
	/* busybox's asks time() */
	{ "date", read_date, NSEC_PER_SEC + TICKS_NS },
};

void after_judge(const char *row)
{
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int64_t before = read_syscall(CLOCK_REALTIME);
		int64_t ns = ways[i].read();
		int64_t after = read_syscall(CLOCK_REALTIME);

		snprintf(name, sizeof(name), "%s: %s is CLOCK_REALTIME's", row, ways[i].name);
		check(ns >= before - ways[i].early_ns && ns <= after, name,
		      "%lld ns from it", (long long)(ns - before));
	}
}
