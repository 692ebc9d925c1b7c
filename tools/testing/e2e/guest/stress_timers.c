// SPDX-License-Identifier: GPL-2.0
/*
 * Timers.  None may expire before its time, as the clock that it is on tells it;
 * none may be lost; and of a periodic one there must be as many expirations as
 * periods have passed, to the very one, whatever the clock did meanwhile.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "stress.h"

#define TAI_SIGNAL	(SIGRTMIN + 1)	/* one for each CPU */
#define PERIODIC_SIGNAL	(SIGRTMIN + 3)

#define WAIT_MS		10
/* A timer that is due and does not expire in so many waits of that is lost. */
#define WAITS		500
#define FAR_SEC		10000000000LL	/* nobody lives to see it */

void timers_block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = TAI_SIGNAL; i <= PERIODIC_SIGNAL; i++)
		sigaddset(&set, i);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL))
		die("cannot block signals");
}

bool wait_readable(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, timeout_ms) > 0;
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}

/* A timer of either kind, and what becomes readable when it expires. */
struct timer {
	clockid_t id;
	int fd;
	bool posix;
	timer_t posix_id;
};

static void open_timer(struct timer *timer, clockid_t id, int signal)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = signal };
	sigset_t set;

	*timer = (struct timer){ .id = id, .posix = signal };
	if (signal) {
		sigemptyset(&set);
		sigaddset(&set, signal);
		timer->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
		if (timer_create(id, &event, &timer->posix_id))
			die("timer_create");
	} else {
		timer->fd = timerfd_create(id, TFD_CLOEXEC | TFD_NONBLOCK);
	}
	if (timer->fd < 0)
		die("a timer on clock %d", id);
}

static void arm(const struct timer *timer, int64_t at_ns, int64_t interval_ns)
{
	struct itimerspec spec = {
		.it_value = timespec_of(at_ns),
		.it_interval = timespec_of(interval_ns),
	};

	if (timer->posix ?
	    timer_settime(timer->posix_id, TIMER_ABSTIME, &spec, NULL) :
	    timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &spec, NULL))
		die("setting a timer");
}

/* How often it expired; 0 if it did not. */
static uint64_t expirations(const struct timer *timer)
{
	struct signalfd_siginfo info;
	uint64_t count = 0;

	if (!timer->posix)
		return read(timer->fd, &count, sizeof(count)) < 0 ? 0 : count;
	return read(timer->fd, &info, sizeof(info)) < 0 ? 0 : 1 + info.ssi_overrun;
}

/*
 * The kernel counts the periods when the expirations are asked for.  It must find
 * as many as have passed at some instant between the readings before and after.
 */
static void run_periodic(struct job *job, const struct timer *timer,
			 int64_t interval_ns)
{
	int64_t start = read_vdso(timer->id) + interval_ns, before, after;
	uint64_t total = 0, count;

	arm(timer, start, interval_ns);
	while (!stopping()) {
		bool readable = wait_readable(timer->fd, WAITS * WAIT_MS);

		before = read_vdso(timer->id);
		count = expirations(timer);
		after = read_vdso(timer->id);
		total += count;
		job->done++;
		if (!readable && !count)
			job_wrong(job, "expiration %llu is lost",
				  (unsigned long long)total + 1);
		else if ((int64_t)(total - 1) > (after - start) / interval_ns)
			job_wrong(job, "expiration %llu, %lld ns after the first",
				  (unsigned long long)total,
				  (long long)(after - start));
		else if ((int64_t)(total - 1) < (before - start) / interval_ns)
			job_wrong(job, "only %llu expirations, %lld ns after the first",
				  (unsigned long long)total,
				  (long long)(before - start));
	}
	arm(timer, 0, 0);
}

void job_timerfd(struct job *job)
{
	struct timer timer;

	open_timer(&timer, job->cpu ? CLOCK_BOOTTIME : CLOCK_MONOTONIC, 0);
	run_periodic(job, &timer, 2000003);
}

void job_posix_timer(struct job *job)
{
	struct timer timer;

	open_timer(&timer, CLOCK_MONOTONIC, PERIODIC_SIGNAL);
	run_periodic(job, &timer, 3000017);
}

/* It expired.  The clock must have been there, unless it was set back since. */
static void judge_shot(struct job *job, const struct timer *timer, int64_t at_ns,
		       const struct look *before, unsigned int clock)
{
	int64_t now = read_vdso(timer->id);
	struct look after;

	look(&after);
	if (now >= at_ns) {
		job->done++;
		return;
	}
	if (!same_epochs(before, &after) ||
	    !own_quiet(clock, own_state(OWN_CLOCK))) {
		job->undecided++;
		return;
	}
	job->done++;
	job_wrong(job, "one on clock %d expired %lld ns early", timer->id,
		  (long long)(at_ns - now));
}

enum outcome { SHOT_EXPIRED, SHOT_LOST, SHOT_GIVEN_UP };

/* Waits for it, for as long as it is due soon, or has been for not too long. */
static enum outcome wait_for(const struct timer *timer, int64_t at_ns)
{
	for (int due = 0; due < WAITS;) {
		if (wait_readable(timer->fd, WAIT_MS) && expirations(timer))
			return SHOT_EXPIRED;
		/* If the clock was set back, it would take too long. */
		if (stopping() || read_vdso(timer->id) < at_ns)
			return SHOT_GIVEN_UP;
		due++;
	}
	return SHOT_LOST;
}

static void shoot(struct job *job, const struct timer *timer, int64_t in_ns)
{
	unsigned int clock = own_state(OWN_CLOCK);
	struct look before;
	int64_t at_ns;

	look(&before);
	at_ns = read_vdso(timer->id) + in_ns;
	arm(timer, at_ns, 0);
	switch (wait_for(timer, at_ns)) {
	case SHOT_EXPIRED:
		judge_shot(job, timer, at_ns, &before, clock);
		break;
	case SHOT_LOST:
		job_wrong(job, "one on clock %d is lost", timer->id);
		break;
	case SHOT_GIVEN_UP:
		arm(timer, 0, 0);
		expirations(timer);
		job->undecided++;
	}
}

void job_one_shots(struct job *job)
{
	static const clockid_t ids[] = { CLOCK_MONOTONIC, CLOCK_REALTIME,
					 CLOCK_BOOTTIME, CLOCK_TAI };
	struct timer timers[ARRAY_SIZE(ids)];

	/* timerfd does not know TAI. */
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		open_timer(&timers[i], ids[i],
			   ids[i] == CLOCK_TAI ? TAI_SIGNAL + job->cpu : 0);
	/* 50 us to 4 ms */
	for (uint64_t i = 0; !stopping(); i++)
		shoot(job, &timers[i % ARRAY_SIZE(ids)],
		      (50 + i * 37 % 3950) * NSEC_PER_USEC);
}

/* clock_nanosleep(), absolute and relative, on the clocks that are never set. */
void job_sleeps(struct job *job)
{
	for (uint64_t i = 0; !stopping(); i++) {
		clockid_t id = i & 1 ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
		int64_t ns = (50 + i * 13 % 450) * NSEC_PER_USEC;
		int64_t until = job->read(id) + ns, now;
		bool absolute = i & 2;
		struct timespec ts = timespec_of(absolute ? until : ns);

		if (clock_nanosleep(id, absolute ? TIMER_ABSTIME : 0, &ts, NULL))
			die("clock_nanosleep");
		now = job->read(id);
		job->done++;
		if (now < until)
			job_wrong(job, "one on clock %d is %lld ns too short", id,
				  (long long)(until - now));
	}
}

/* REALTIME - MONOTONIC on the page, by which the kernel knows that it was set. */
static int64_t wall_offset(void)
{
	struct look now;

	look(&now);
	return now.t.real - now.t.mono;
}

/*
 * A timer in the far future that wants to know when the clock is set.  The kernel
 * compares with how it was when the timer was set, which is between two looks.
 */
void job_cancel(struct job *job)
{
	const struct itimerspec far = { .it_value.tv_sec = FAR_SEC };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	uint64_t count;

	if (fd < 0)
		die("timerfd_create");
	while (!stopping()) {
		int64_t before = wall_offset();
		int waits = 0;

		/* A change that came before this is reported here. */
		if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
				    &far, NULL) && errno != ECANCELED)
			die("timerfd_settime");
		while (!stopping() && !wait_readable(fd, WAIT_MS) && waits < WAITS)
			waits = wall_offset() == before ? 0 : waits + 1;
		if (waits == WAITS) {
			job_wrong(job, "the clock was set by %lld ns, unnoticed",
				  (long long)(wall_offset() - before));
		} else if (read(fd, &count, sizeof(count)) < 0 && errno == ECANCELED) {
			job->done++;
		}
	}
	close(fd);
}
