// SPDX-License-Identifier: GPL-2.0
/*
 * The host's clock is set again and again.  Is the first reading after each
 * step right, by the vDSO and by the system call in turn?  Does MONOTONIC not
 * notice?  Is a timerfd with TFD_TIMER_CANCEL_ON_SET cancelled?
 *
 *	firstread STEPS SECONDS
 *
 * Ends after so many steps, or when so many seconds have passed.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

/* A timer that nobody lives to see */
#define FAR_SEC		10000000000L

struct reader {
	const char *name;
	int64_t (*read)(clockid_t id);
	unsigned int steps, wrong, torn;
	int64_t worst_ns;
};

static struct reader readers[] = {
	{ .name = "vDSO", .read = read_vdso },
	{ .name = "syscall", .read = read_syscall },
};

static struct pages pages;
static unsigned int cancelled;

static void *count_cancellations(void *arg)
{
	const struct itimerspec far = { .it_value.tv_sec = FAR_SEC };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
	uint64_t expirations;

	if (fd < 0)
		die("timerfd_create");
	for (;;) {
		/* A step that came before this is reported here, and it is set. */
		if (!timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
				     &far, NULL) &&
		    read(fd, &expirations, sizeof(expirations)) >= 0)
			continue;
		if (errno != ECANCELED)
			die("timerfd");
		__atomic_add_fetch(&cancelled, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

/* The first reading after before, which is of a new epoch */
static void judge_first(struct reader *r, const struct page_time *before,
			int64_t now, const struct page_time *after)
{
	int64_t off_ns = 0;

	if (before->epoch != after->epoch) {
		r->torn++;
		return;
	}
	r->steps++;
	if (now < before->real)
		off_ns = now - before->real;
	else if (now > after->real)
		off_ns = now - after->real;
	if (!off_ns)
		return;
	r->wrong++;
	if (llabs(off_ns) > llabs(r->worst_ns))
		r->worst_ns = off_ns;
}

/* Where MONOTONIC - page lies; a constant is within every bracket. */
static void narrow(int64_t *low, int64_t *high)
{
	struct page_time before, after;
	int64_t now;

	pages_now(&pages, &before);
	now = read_vdso(CLOCK_MONOTONIC);
	pages_now(&pages, &after);
	if (now - after.mono > *low)
		*low = now - after.mono;
	if (now - before.mono < *high)
		*high = now - before.mono;
}

static unsigned int watch(unsigned int steps, int64_t seconds)
{
	int64_t low = INT64_MIN, high = INT64_MAX;
	int64_t end = read_vdso(CLOCK_MONOTONIC) + seconds * 1000000000;
	struct page_time before, after;
	unsigned int seen = 0;
	u64 epoch;

	pages_now(&pages, &before);
	for (epoch = before.epoch; seen < steps;) {
		struct reader *r = &readers[seen % ARRAY_SIZE(readers)];
		int64_t now;

		pages_now(&pages, &before);
		if (before.epoch != epoch) {
			now = r->read(CLOCK_REALTIME);
			pages_now(&pages, &after);
			judge_first(r, &before, now, &after);
			epoch = before.epoch;
			seen++;
		} else if (read_vdso(CLOCK_MONOTONIC) > end) {
			break;
		}
		narrow(&low, &high);
	}
	check(low <= high, "MONOTONIC does not notice the steps",
	      "clock - page is >= %lld and <= %lld ns", (long long)low,
	      (long long)high);
	note("MONOTONIC - page within [%lld, %lld] ns", (long long)low,
	     (long long)high);
	return seen;
}

int main(int argc, char **argv)
{
	unsigned int steps, seen;
	pthread_t thread;
	char label[80];

	if (argc != 3) {
		fprintf(stderr, "usage: firstread STEPS SECONDS\n");
		return 2;
	}
	steps = number_arg(argv[1], "STEPS");
	pages_open_device(&pages, "/dev/hostclock0");
	if (pthread_create(&thread, NULL, count_cancellations, NULL))
		die("cannot start a thread");
	seen = watch(steps, number_arg(argv[2], "SECONDS"));
	sleep(1);
	check(seen >= steps / 2, "enough of the steps were seen", "%u of %u",
	      seen, steps);
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		struct reader *r = &readers[i];

		snprintf(label, sizeof(label),
			 "the first reading after each step is right, by %s", r->name);
		check(r->steps && !r->wrong, label, "%u of %u are not, by up to %lld ns",
		      r->wrong, r->steps, (long long)r->worst_ns);
		note("%s: %u first readings, %u undecided", r->name, r->steps,
		     r->torn);
	}
	note("%u steps seen, timerfd cancelled %u times", seen, cancelled);
	check(cancelled >= seen / 2, "steps cancel a timerfd that asked for it",
	      "%u steps, %u cancellations", seen, cancelled);
	return check_status();
}
