// SPDX-License-Identifier: GPL-2.0
/*
 * Are the guest's clocks the page's?  Every sample brackets a clock reading by
 * two page readings, on all CPUs at once.  REALTIME and TAI must lie within
 * every bracket; MONOTONIC, BOOTTIME and MONOTONIC_RAW must be the page's
 * plus one and the same constant within all of them.
 */
#include <argp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#ifdef __x86_64__
#define BITS	"64-bit"
#else
#define BITS	"32-bit"
#endif

static struct {
	const char *device;
	const char *clock;	/* one clock's name, or NULL for all */
	uint64_t count;		/* samples of a clock in all, by each way */
	bool offset;		/* REALTIME and TAI, too, may be off by a constant */
} options = { .device = "/dev/hostclock0", .count = 1000000 };

/* Where clock - page lies, by all samples: nowhere if low > high. */
struct interval {
	int64_t low, high;
};

struct way {
	const char *name;
	int64_t (*read)(clockid_t id);
};

static const struct way ways[] = {
	{ "vDSO", read_vdso },
	{ "syscall", read_syscall },
};

struct job {
	const struct way *way;
	clockid_t id;
	int cpu;
	uint64_t count;
	struct interval diff;
	int64_t widest;
	pthread_t thread;
};

static struct pages pages;

static void take_sample(struct job *job)
{
	struct page_time before, after;
	int64_t now, low, high;

	pages_now(&pages, &before);
	now = job->way->read(job->id);
	pages_now(&pages, &after);
	/* A step in between: then the bracket is none. */
	if (before.epoch != after.epoch)
		return;

	high = now - page_clock(&before, job->id);
	low = now - page_clock(&after, job->id);
	if (low > job->diff.low)
		job->diff.low = low;
	if (high < job->diff.high)
		job->diff.high = high;
	if (high - low > job->widest)
		job->widest = high - low;
}

static void *run_job(void *arg)
{
	struct job *job = arg;

	pin_to(job->cpu);
	for (uint64_t i = 0; i < job->count; i++)
		take_sample(job);
	return NULL;
}

static struct interval sample_all_cpus(const struct way *way, clockid_t id)
{
	struct interval all = { INT64_MIN, INT64_MAX };
	int cpus = get_nprocs();
	struct job jobs[cpus];

	for (int i = 0; i < cpus; i++) {
		jobs[i] = (struct job){ .way = way, .id = id, .cpu = i, .diff = all,
					.count = options.count / cpus };
		if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]))
			die("cannot start a thread");
	}
	for (int i = 0; i < cpus; i++) {
		pthread_join(jobs[i].thread, NULL);
		if (jobs[i].diff.low > all.low)
			all.low = jobs[i].diff.low;
		if (jobs[i].diff.high < all.high)
			all.high = jobs[i].diff.high;
	}
	return all;
}

static void judge(const struct way *way, const struct clock_name *clock)
{
	bool absolute = clock->id == CLOCK_REALTIME || clock->id == CLOCK_TAI;
	struct interval diff = sample_all_cpus(way, clock->id);
	char label[80];
	bool good;

	if (options.offset)
		absolute = false;
	good = diff.low <= diff.high;
	if (absolute)
		good = diff.low <= 0 && 0 <= diff.high;
	snprintf(label, sizeof(label), "%s: %s is the page's%s, by %s", BITS,
		 clock->name, absolute ? "" : " plus a constant", way->name);
	check(good, label, "clock - page is >= %lld and <= %lld ns",
	      (long long)diff.low, (long long)diff.high);
	note("%s by %s: clock - page within [%lld, %lld] ns, %llu samples",
	     clock->name, way->name, (long long)diff.low, (long long)diff.high,
	     (unsigned long long)options.count);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'd':
		options.device = arg;
		return 0;
	case 'c':
		options.clock = arg;
		return 0;
	case 'n':
		options.count = number_arg(arg, "--count");
		return 0;
	case 'o':
		options.offset = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_usage(state);
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = (struct argp_option[]){
		{ "device", 'd', "PATH", 0, "the device that has the pages", 0 },
		{ "clock", 'c', "NAME", 0, "this clock only", 0 },
		{ "count", 'n', "N", 0, "samples of a clock by each way", 0 },
		{ "offset", 'o', NULL, 0,
		  "REALTIME and TAI may be off the page's by a constant", 0 },
		{ }
	},
	.parser = parse,
	.doc = "Compare every clock with the clock page, on all CPUs at once.",
};

int main(int argc, char **argv)
{
	uint64_t full;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	pages_open_device(&pages, options.device);
	full = options.count;
	for (const struct clock_name *c = clock_names; c->name; c++) {
		if (options.clock && strcmp(options.clock, c->name))
			continue;
		/* The full count is for REALTIME; the others need no million. */
		options.count = c->id == CLOCK_REALTIME ? full : full / 10;
		for (size_t i = 0; i < 2; i++)
			judge(&ways[i], c);
	}
	return check_status();
}
