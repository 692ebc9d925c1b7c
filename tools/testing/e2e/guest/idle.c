// SPDX-License-Identifier: GPL-2.0
/*
 * The guest sleeps while the host's clock is slewed.  Is the first reading
 * afterwards right, and did anything wake the guest meanwhile?  Then the same
 * again with a periodic timer running, which the counts must show.
 *
 *	idle SECONDS [HZ]	HZ: of the timer that must be seen, 20
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"
#include "wakeups.h"

#define CONTROL_S	5

/* Less slew than this would prove nothing; the sim clock does up to 500 ppm. */
#define LEAST_SLEW_PPM	100

static struct pages pages;

static void sleep_s(long seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	if (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL))
		die("clock_nanosleep");
}

/* How often the periodic timer woke its thread: less often on a busy host. */
static long ticks;

/* Never returns; the thread is cancelled. */
static void *tick(void *arg)
{
	long hz = (long)arg;
	struct itimerspec spec = {
		.it_interval.tv_nsec = 1000000000 / hz,
		.it_value.tv_nsec = 1000000000 / hz,
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t expired;

	if (fd < 0 || timerfd_settime(fd, 0, &spec, NULL))
		die("timerfd");
	while (read(fd, &expired, sizeof(expired)) == sizeof(expired))
		__atomic_fetch_add(&ticks, 1, __ATOMIC_RELAXED);
	return NULL;
}

static struct wakeups sleep_with_timer(long hz)
{
	struct wakeups before;
	pthread_t thread;

	wakeups_count(&before);
	if (pthread_create(&thread, NULL, tick, (void *)hz))
		die("cannot start a thread");
	sleep_s(CONTROL_S);
	before = wakeups_since(&before);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	return before;
}

static void note_wakeups(const struct wakeups *w, const char *what, long seconds)
{
	note("%s: %ld s, timer interrupts %ld, irq_work %ld, idle entries %ld, driver %ld",
	     what, seconds, w->timer, w->irq_work, w->idle, w->driver);
}

/* The first thing after the sleep; page readings come only later. */
static void first_reading(const struct page_time *start)
{
	u64 tsc_before = hostclock_rdtsc();
	int64_t real = read_vdso(CLOCK_REALTIME);
	u64 tsc_after = hostclock_rdtsc();
	struct page_time before, after;
	double slew_ppm;

	pages_at(&pages, tsc_before, &before);
	pages_at(&pages, tsc_after, &after);
	slew_ppm = 1e6 * ((double)(after.mono - start->mono) /
			  (double)(after.raw - start->raw) - 1);
	note("the host's clock ran %+.1f ppm off RAW during the sleep", slew_ppm);
	check(slew_ppm > LEAST_SLEW_PPM || slew_ppm < -LEAST_SLEW_PPM,
	      "idle: the host's clock was slewed during the sleep",
	      "by %+.1f ppm", slew_ppm);
	check(before.real <= real && real <= after.real,
	      "idle: the first reading after the sleep is right",
	      "%lld to %lld ns off", (long long)(real - after.real),
	      (long long)(real - before.real));
	check(before.seq != start->seq, "idle: the page was updated meanwhile",
	      "it was not");
}

static void judge_wakeups(const struct wakeups *quiet, long seconds,
			  const struct wakeups *control, long hz)
{
	/* what a timer of hz would have added to the quiet sleep */
	long in_quiet = hz * seconds;

	check(ticks >= CONTROL_S && control->timer >= ticks,
	      "idle: the count shows a periodic timer when there is one",
	      "%ld interrupts; it woke its thread %ld times", control->timer,
	      ticks);
	check(quiet->timer < in_quiet / 2,
	      "idle: no such timer woke the guest",
	      "%ld interrupts in %ld s; %ld Hz would make %ld", quiet->timer,
	      seconds, hz, in_quiet);
	check(quiet->driver == 0, "idle: the driver woke the guest 0 times",
	      "%ld by its own count", quiet->driver);
	check(wakeups_driver_timers() == 0,
	      "idle: the driver has no high-resolution timer armed", "%d",
	      wakeups_driver_timers());
}

int main(int argc, char **argv)
{
	struct wakeups quiet, control;
	struct page_time start;
	long seconds, hz;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: idle SECONDS [HZ]\n");
		return 2;
	}
	seconds = number_arg(argv[1], "SECONDS");
	hz = argc > 2 ? number_arg(argv[2], "HZ") : 20;

	pages_open_device(&pages, "/dev/hostclock0");
	pages_now(&pages, &start);
	wakeups_count(&quiet);
	sleep_s(seconds);
	first_reading(&start);
	quiet = wakeups_since(&quiet);
	control = sleep_with_timer(hz);
	note_wakeups(&quiet, "quiet", seconds);
	note_wakeups(&control, "with a periodic timer", CONTROL_S);
	judge_wakeups(&quiet, seconds, &control, hz);
	return check_status();
}
