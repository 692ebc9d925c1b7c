// SPDX-License-Identifier: GPL-2.0
/*
 * Suspends the guest several times in a row, and compares its clocks with the page.
 *
 *	suspend STATE SECONDS TIMES [READINGS]
 *
 * SECONDS 0 sets no alarm: another VM goes on with what STATE "disk" saved; or "elsewhere",
 * on another host, where BOOTTIME counts what REALTIME does.
 *
 * What "slept" is, is the page's to say: BOOTTIME counts all of it, MONOTONIC and
 * MONOTONIC_RAW count nothing of it, unless STATE is "freeze": then the kernel of a CPU
 * without idle states does not suspend its timekeeping, and the host wakes the guest.
 * What is told of first is read first after it.  READINGS is the file that the module
 * resumes has of REALTIME in the callbacks of devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#define STATE_DIR	"/sys/class/misc/hostclock0/"
#define RTC		"/sys/class/rtc/rtc0/wakealarm"
#define READS		2000
/* Rounding, of two parameter sets */
#define SLACK_NS	20
/* Of a rate with 24 bits, over a second; nobody looks at the TSC and a clock at once. */
#define CALLBACK_SLACK_NS	1000
/* The core's last reading is before the one from which another host goes on. */
#define ELSEWHERE_SLACK_NS	100000
/* Falling asleep takes as long as it does. */
#define LEAST_SLEEP_NS	100000000
/* More than BOOTTIME is off by */
#define SET_NS		1000000
/* RAW has a counter of its own, which is read beside the other one. */
#define RAW_SLACK_NS	500000

enum { REAL, TAI, BOOT, MONO, RAW, CLOCKS };

static const struct clock_name clocks[CLOCKS] = {
	{ CLOCK_REALTIME, "REALTIME" },
	{ CLOCK_TAI, "TAI" },
	{ CLOCK_BOOTTIME, "BOOTTIME" },
	{ CLOCK_MONOTONIC, "MONOTONIC" },
	{ CLOCK_MONOTONIC_RAW, "MONOTONIC_RAW" },
};

/* How far a clock is ahead of the host's, at most and at least */
struct ahead {
	int64_t low;
	int64_t high;
};

struct state {
	struct ahead ahead[CLOCKS];
	int64_t slewed;		/* the host's MONOTONIC - its RAW */
	int64_t disruptions;
	int64_t gap_ns;		/* the last one */
	int64_t booted_ns;	/* REALTIME at boot, by the page */
	int64_t btime;
};

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		die("cannot open %s", path);
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static bool file_is(const char *name, const char *want)
{
	char path[128], text[128];

	snprintf(path, sizeof(path), STATE_DIR "%s", name);
	read_line(path, text, sizeof(text));
	return check(!strcmp(text, want), name, "\"%s\", not \"%s\"", text, want);
}

static int64_t read_btime(void)
{
	FILE *stat = fopen("/proc/stat", "r");
	char line[4096];
	int64_t btime = -1;

	if (!stat)
		die("cannot open /proc/stat");
	while (fgets(line, sizeof(line), stat))
		if (sscanf(line, "btime %" SCNd64, &btime) == 1)
			break;
	fclose(stat);
	return btime;
}

/* The host's clocks: the page's without the guest's offsets */
static int64_t host_ns(const struct pages *pages, const struct page_time *t, int i)
{
	int64_t ns = page_clock(t, clocks[i].id);

	if (i == BOOT || i == MONO)
		ns -= pages->mono_offset_ns;
	return i == RAW ? ns - pages->raw_offset_ns : ns;
}

/* The interval that all readings, of both kinds, agree on; empty if there is none. */
static void measure(const struct pages *pages, int i, struct ahead *ahead)
{
	struct page_time before, after;

	*ahead = (struct ahead){ INT64_MIN, INT64_MAX };
	for (int n = 0; n < READS; n++) {
		int64_t ns, low, high;

		pages_now(pages, &before);
		ns = n & 1 ? read_syscall(clocks[i].id) : read_vdso(clocks[i].id);
		pages_now(pages, &after);
		low = ns - host_ns(pages, &after, i);
		high = ns - host_ns(pages, &before, i);
		ahead->low = low > ahead->low ? low : ahead->low;
		ahead->high = high < ahead->high ? high : ahead->high;
	}
}

static void look(struct state *s)
{
	struct pages pages = { };
	struct page_time t;
	char text[64];

	do {
		pages_renew(&pages, "/dev/hostclock0");
		for (int i = 0; i < CLOCKS; i++)
			measure(&pages, i, &s->ahead[i]);
		pages_now(&pages, &t);
	} while (pages_are_old(&pages));
	s->slewed = host_ns(&pages, &t, MONO) - host_ns(&pages, &t, RAW);
	s->booted_ns = t.real - host_ns(&pages, &t, BOOT) - s->ahead[BOOT].low;
	pages_close(&pages);
	read_line(STATE_DIR "disruptions", text, sizeof(text));
	s->disruptions = atoll(text);
	read_line(STATE_DIR "gap_ns", text, sizeof(text));
	s->gap_ns = atoll(text);
	s->btime = read_btime();
}

/* Is it ahead by ns? */
static void is_ahead(const struct state *s, int i, const char *what, int64_t low, int64_t high,
		     int64_t slack)
{
	const struct ahead *a = &s->ahead[i];
	char name[64];

	snprintf(name, sizeof(name), "%s %s", clocks[i].name, what);
	check(a->low <= high + slack && a->high >= low - slack &&
	      a->low <= a->high + 2 * SLACK_NS, name,
	      "ahead by %" PRId64 " to %" PRId64 " ns, not by %" PRId64 " to %" PRId64,
	      a->low, a->high, low, high);
}

/* The page's REALTIME a moment ago, by the parameters of now */
static int64_t realtime_then(const struct pages *pages, uint64_t tsc)
{
	const struct hostclock_clock_page *cp = pages->clock;
	const struct hostclock_params *p = hostclock_newest(cp, hostclock_page_begin(cp));
	struct page_time now;
	uint64_t ns;

	pages_now(pages, &now);
	ns = hostclock_scale_wide(now.tsc - tsc, HOSTCLOCK_LE32(p->mult), 0,
				  HOSTCLOCK_LE32(p->shift));
	return now.real - (int64_t)ns;
}

/*
 * Was REALTIME right in the callbacks of the resume?  If the host's clock was set meanwhile,
 * it is from when interrupts are enabled on, after the core's.
 */
static void judge_callbacks(const char *file, bool was_set)
{
	FILE *f = fopen(file, "r");
	uint64_t before, ns, after;
	struct pages pages;
	char phase[16];

	if (!f)
		die("cannot open %s", file);
	pages_open_device(&pages, "/dev/hostclock0");
	while (fscanf(f, "%15s %" SCNu64 " %" SCNu64 " %" SCNu64, phase, &before, &ns,
		      &after) == 4) {
		int64_t early = ns - realtime_then(&pages, before);
		int64_t late = ns - realtime_then(&pages, after);
		char name[64];

		if (was_set && !strcmp(phase, "core"))
			continue;
		snprintf(name, sizeof(name), "REALTIME is the page's in phase %s", phase);
		check(early >= -CALLBACK_SLACK_NS && late <= CALLBACK_SLACK_NS, name,
		      "ahead by %" PRId64 " to %" PRId64 " ns", late, early);
	}
	pages_close(&pages);
	fclose(f);
}

static void judge(const struct state *a, const struct state *b, const char *state)
{
	const struct ahead *from = a->ahead, *to = b->ahead;
	int64_t slept = from[MONO].low - to[MONO].low, slewed = b->slewed - a->slewed;
	int64_t gap_ns = b->disruptions > a->disruptions ? b->gap_ns : 0;

	note("slept %" PRId64 " ns; the host slewed by %" PRId64 " ns; %" PRId64 " disruptions",
	     slept, slewed, b->disruptions - a->disruptions);
	is_ahead(b, REAL, "is the page's", 0, 0, 0);
	is_ahead(b, TAI, "is the page's", 0, 0, 0);
	if (!strcmp(state, "elsewhere"))
		check(llabs(b->booted_ns - a->booted_ns) < ELSEWHERE_SLACK_NS,
		      "BOOTTIME counts what REALTIME does", "off by %" PRId64 " ns",
		      a->booted_ns - b->booted_ns);
	else
		is_ahead(b, BOOT, "counts what the host's clock does", from[BOOT].low,
			 from[BOOT].high, SLACK_NS);
	if (!strcmp(state, "freeze"))
		is_ahead(b, MONO, "goes on but for the gap", from[MONO].low - gap_ns,
			 from[MONO].high - gap_ns, SLACK_NS);
	else
		check(slept > LEAST_SLEEP_NS,
		      "MONOTONIC does not count the sleep", "%" PRId64 " ns left out", slept);
	is_ahead(b, RAW, "counts what MONOTONIC does", from[RAW].low - slept + slewed,
		 from[RAW].high - slept + slewed, RAW_SLACK_NS + llabs(slewed));
	check(llabs(b->btime - b->booted_ns / 1000000000) <= 1, "btime is REALTIME's at boot",
	      "%" PRId64 ", not %" PRId64 " ns", b->btime, b->booted_ns);
	file_is("status", "synchronized");
	file_is("wall", "follow");
}

static void sleep_once(const char *state, int seconds)
{
	char text[32];
	int error;

	snprintf(text, sizeof(text), "+%d", seconds);
	write_file(RTC, "0");
	if (seconds && write_file(RTC, text))
		die("no alarm in %s s", text);
	error = write_file("/sys/power/state", strcmp(state, "elsewhere") ? state : "disk");
	check(!error, "it suspends", "%s", strerror(error));
}

int main(int argc, char **argv)
{
	struct state before, after;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: suspend STATE SECONDS TIMES [READINGS]\n");
		return 2;
	}
	look(&before);
	for (int left = number_arg(argv[3], "TIMES"); left; left--) {
		sleep_once(argv[1], number_arg(argv[2], "SECONDS"));
		look(&after);
		judge(&before, &after, argv[1]);
		if (argc == 5)
			judge_callbacks(argv[4], llabs(after.booted_ns - before.booted_ns) >
					SET_NS);
		before = after;
	}
	return check_status();
}
