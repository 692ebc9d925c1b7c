// SPDX-License-Identifier: GPL-2.0
/* Timers across a jump.  See jumptimers.h. */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "jumpclocks.h"
#include "jumptimers.h"

#define NSEC_PER_SEC	1000000000LL
/* Long enough for the host to do as it was asked before they expire */
#define LEAD_NS		700000000LL
#define PERIODS_PER_SEC	100
#define PERIOD_NS	(NSEC_PER_SEC / PERIODS_PER_SEC)
#define DAY_NS		(86400 * NSEC_PER_SEC)
/* 292 years: about the last that the kernel takes, 2^63 ns */
#define NEVER_NS	9223000000000000000LL
/* An expiry while the last period is being waited for, and one before it began */
#define SPARE_WAKES	3
/* Above any count of seconds, as a relative timeout that is never seen */
#define MAX_TIMEOUT_MS	2000000000LL

enum when {
	SOON,		/* whatever happens */
	WITHIN,		/* while the clock jumps, if it does */
	AFTER,		/* soon after that */
	LATER,		/* a day after */
	EVERY,		/* PERIOD_NS */
};

struct outcome {
	bool armed;
	bool fired;		/* or was cancelled, or has ended */
	bool cancelled;
	bool capped;		/* count is of the kernel's largest number */
	int64_t due_ns;		/* by its clock, at the earliest */
	int64_t due_last_ns;	/* and at the latest */
	int64_t fired_ns;	/* likewise */
	uint64_t began;		/* TSC */
	uint64_t ended;		/* likewise */
	uint64_t count;
	int64_t least, most;	/* what count is to be */
	unsigned int wakes;
};

struct timer;
typedef void (*waiter_t)(const struct timer *t, struct outcome *o);

struct timer {
	const char *name;
	clockid_t clock;
	enum when when;
	waiter_t wait;
	bool absolute;
	int flags;		/* the waiter's own */
};

struct shared {
	bool ending;
	struct outcome outcome[64];
};

static struct shared *shared;
static int64_t size_ns;

static struct timespec as_timespec(int64_t ns)
{
	struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	return ts;
}

static int64_t lead_ns(enum when when)
{
	switch (when) {
	case WITHIN:
		return LEAD_NS + size_ns / 2;
	case AFTER:
		return LEAD_NS + size_ns;
	case LATER:
		return DAY_NS + size_ns;
	case EVERY:
		return PERIOD_NS;
	default:
		return LEAD_NS;
	}
}

/* Relative to CLOCK_REALTIME is relative to CLOCK_MONOTONIC, which nobody sets. */
static clockid_t judged_by(const struct timer *t)
{
	return t->clock == CLOCK_REALTIME && !t->absolute ? CLOCK_MONOTONIC : t->clock;
}

static int64_t now_of(const struct timer *t)
{
	return read_syscall(judged_by(t));
}

/* A relative one must not expire before that either. */
static struct itimerspec arming(const struct timer *t, struct outcome *o)
{
	struct itimerspec spec = { };
	int64_t now = now_of(t);

	o->began = hostclock_rdtsc();
	o->due_ns = lead_ns(t->when) < NEVER_NS - now ? now + lead_ns(t->when) : NEVER_NS;
	spec.it_value = as_timespec(t->absolute ? o->due_ns : o->due_ns - now);
	if (t->when == EVERY)
		spec.it_interval = as_timespec(PERIOD_NS);
	return spec;
}

static void armed(const struct timer *t, struct outcome *o)
{
	o->due_last_ns = t->absolute ? o->due_ns : now_of(t) + lead_ns(t->when);
	__atomic_store_n(&o->armed, true, __ATOMIC_RELEASE);
}

static void fired(const struct timer *t, struct outcome *o)
{
	o->fired_ns = now_of(t);
	o->ended = hostclock_rdtsc();
	__atomic_store_n(&o->fired, true, __ATOMIC_RELEASE);
}

static bool ending(void)
{
	return __atomic_load_n(&shared->ending, __ATOMIC_ACQUIRE);
}

/* Expirations of a periodic timer, one after the other, until it is to end. */
static void count_all(const struct timer *t, struct outcome *o,
		      uint64_t (*next)(struct outcome *o, int fd), int fd)
{
	int64_t before;
	bool last;

	do {
		last = ending();
		before = now_of(t);
		o->count += next(o, fd);
		o->wakes++;
	} while (!last);
	o->least = (before - o->due_last_ns) / PERIOD_NS + 1;
	fired(t, o);
	o->most = (o->fired_ns - o->due_ns) / PERIOD_NS + 1;
}

static uint64_t next_timerfd(struct outcome *o, int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == sizeof(count))
		return count;
	if (errno != ECANCELED)
		die("timerfd");
	o->cancelled = true;
	return 0;
}

static void wait_timerfd(const struct timer *t, struct outcome *o)
{
	int flags = t->flags | (t->absolute ? TFD_TIMER_ABSTIME : 0);
	struct itimerspec spec = arming(t, o);
	int fd = timerfd_create(t->clock, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, flags, &spec, NULL))
		die("timerfd");
	armed(t, o);
	if (t->when == EVERY) {
		count_all(t, o, next_timerfd, fd);
	} else {
		next_timerfd(o, fd);
		fired(t, o);
	}
}

/* SIGALRM; a POSIX timer's says how many expirations it stands for. */
static uint64_t next_signal(struct outcome *o, int fd)
{
	siginfo_t info;
	sigset_t set;

	(void)fd;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	while (sigwaitinfo(&set, &info) < 0)
		;
	if (info.si_code != SI_TIMER)
		return 1;
	o->capped |= info.si_overrun == INT32_MAX;
	return 1ULL + info.si_overrun;
}

static void wait_posix(const struct timer *t, struct outcome *o)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM };
	struct itimerspec spec = arming(t, o);
	timer_t id;

	if (timer_create(t->clock, &event, &id) ||
	    timer_settime(id, t->absolute ? TIMER_ABSTIME : 0, &spec, NULL))
		die("timer_create");
	armed(t, o);
	if (t->when == EVERY) {
		count_all(t, o, next_signal, -1);
	} else {
		next_signal(o, -1);
		fired(t, o);
	}
}

/* It does not tell how many periods passed. */
static void wait_itimer(const struct timer *t, struct outcome *o)
{
	struct itimerspec spec = arming(t, o);
	struct itimerval value = {
		.it_interval.tv_usec = spec.it_interval.tv_nsec / 1000,
		.it_value.tv_sec = spec.it_value.tv_sec,
		.it_value.tv_usec = spec.it_value.tv_nsec / 1000,
	};

	if (setitimer(ITIMER_REAL, &value, NULL))
		die("setitimer");
	armed(t, o);
	if (t->when == EVERY) {
		count_all(t, o, next_signal, -1);
		o->capped = true;
	} else {
		next_signal(o, -1);
		fired(t, o);
	}
}

static void wait_sleep(const struct timer *t, struct outcome *o)
{
	struct itimerspec spec = arming(t, o);

	armed(t, o);
	errno = clock_nanosleep(t->clock, t->absolute ? TIMER_ABSTIME : 0, &spec.it_value,
				NULL);
	if (errno)
		die("clock_nanosleep");
	fired(t, o);
}

static int timeout_ms(const struct timer *t)
{
	int64_t ms = lead_ns(t->when) / 1000000;

	return ms < MAX_TIMEOUT_MS ? ms : MAX_TIMEOUT_MS;
}

static void wait_poll(const struct timer *t, struct outcome *o)
{
	o->due_ns = now_of(t) + timeout_ms(t) * 1000000LL;
	armed(t, o);
	if (poll(NULL, 0, timeout_ms(t)))
		die("poll");
	fired(t, o);
}

static void wait_epoll(const struct timer *t, struct outcome *o)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;

	if (fd < 0)
		die("epoll_create1");
	o->due_ns = now_of(t) + timeout_ms(t) * 1000000LL;
	armed(t, o);
	if (epoll_wait(fd, &event, 1, timeout_ms(t)))
		die("epoll_wait");
	fired(t, o);
}

static void wait_futex(const struct timer *t, struct outcome *o)
{
	int op = t->absolute ? FUTEX_WAIT_BITSET | t->flags : FUTEX_WAIT;
	struct itimerspec spec = arming(t, o);
	uint32_t word = 0;

	armed(t, o);
	while (!syscall(SYS_futex, &word, op, 0, &spec.it_value, NULL,
			FUTEX_BITSET_MATCH_ANY) || errno == EINTR)
		;
	if (errno != ETIMEDOUT)
		die("futex");
	fired(t, o);
}

#define REL	false
#define ABS	true

static const struct timer timers[] = {
	{ "timerfd MONOTONIC, soon", CLOCK_MONOTONIC, SOON, wait_timerfd, REL, 0 },
	{ "timerfd MONOTONIC, within", CLOCK_MONOTONIC, WITHIN, wait_timerfd, ABS, 0 },
	{ "timerfd BOOTTIME, soon", CLOCK_BOOTTIME, SOON, wait_timerfd, REL, 0 },
	{ "timerfd BOOTTIME, within", CLOCK_BOOTTIME, WITHIN, wait_timerfd, ABS, 0 },
	{ "timerfd BOOTTIME, after", CLOCK_BOOTTIME, AFTER, wait_timerfd, ABS, 0 },
	{ "timerfd REALTIME, soon", CLOCK_REALTIME, SOON, wait_timerfd, ABS, 0 },
	{ "timerfd REALTIME, relative", CLOCK_REALTIME, SOON, wait_timerfd, REL, 0 },
	{ "timerfd REALTIME, within", CLOCK_REALTIME, WITHIN, wait_timerfd, ABS, 0 },
	{ "timerfd REALTIME, after", CLOCK_REALTIME, AFTER, wait_timerfd, ABS, 0 },
	{ "timerfd REALTIME, within, cancel on set", CLOCK_REALTIME, WITHIN, wait_timerfd,
	  ABS, TFD_TIMER_CANCEL_ON_SET },
	{ "timerfd REALTIME, later, cancel on set", CLOCK_REALTIME, LATER, wait_timerfd,
	  ABS, TFD_TIMER_CANCEL_ON_SET },
	{ "timer MONOTONIC, within", CLOCK_MONOTONIC, WITHIN, wait_posix, ABS, 0 },
	{ "timer BOOTTIME, within", CLOCK_BOOTTIME, WITHIN, wait_posix, ABS, 0 },
	{ "timer REALTIME, within", CLOCK_REALTIME, WITHIN, wait_posix, ABS, 0 },
	{ "timer REALTIME, after", CLOCK_REALTIME, AFTER, wait_posix, ABS, 0 },
	{ "timer TAI, within", CLOCK_TAI, WITHIN, wait_posix, ABS, 0 },
	{ "timer TAI, after", CLOCK_TAI, AFTER, wait_posix, ABS, 0 },
	{ "setitimer, soon", CLOCK_MONOTONIC, SOON, wait_itimer, REL, 0 },
	{ "clock_nanosleep MONOTONIC, soon", CLOCK_MONOTONIC, SOON, wait_sleep, REL, 0 },
	{ "clock_nanosleep MONOTONIC, within", CLOCK_MONOTONIC, WITHIN, wait_sleep, ABS, 0 },
	{ "clock_nanosleep BOOTTIME, within", CLOCK_BOOTTIME, WITHIN, wait_sleep, REL, 0 },
	{ "clock_nanosleep REALTIME, within", CLOCK_REALTIME, WITHIN, wait_sleep, ABS, 0 },
	{ "clock_nanosleep REALTIME, after", CLOCK_REALTIME, AFTER, wait_sleep, ABS, 0 },
	{ "poll, soon", CLOCK_MONOTONIC, SOON, wait_poll, REL, 0 },
	{ "poll, within", CLOCK_MONOTONIC, WITHIN, wait_poll, REL, 0 },
	{ "epoll, soon", CLOCK_MONOTONIC, SOON, wait_epoll, REL, 0 },
	{ "futex, within", CLOCK_MONOTONIC, WITHIN, wait_futex, REL, 0 },
	{ "futex REALTIME, within", CLOCK_REALTIME, WITHIN, wait_futex, ABS,
	  FUTEX_CLOCK_REALTIME },
	{ "timerfd MONOTONIC, every 10 ms", CLOCK_MONOTONIC, EVERY, wait_timerfd, REL, 0 },
	{ "timerfd BOOTTIME, every 10 ms", CLOCK_BOOTTIME, EVERY, wait_timerfd, REL, 0 },
	{ "timerfd REALTIME, every 10 ms", CLOCK_REALTIME, EVERY, wait_timerfd, ABS, 0 },
	{ "timer MONOTONIC, every 10 ms", CLOCK_MONOTONIC, EVERY, wait_posix, REL, 0 },
	{ "timer BOOTTIME, every 10 ms", CLOCK_BOOTTIME, EVERY, wait_posix, REL, 0 },
	{ "setitimer, every 10 ms", CLOCK_MONOTONIC, EVERY, wait_itimer, REL, 0 },
};

static pid_t pids[ARRAY_SIZE(timers)];

static void start(size_t i)
{
	sigset_t set;

	pids[i] = fork();
	if (pids[i] < 0)
		die("fork");
	if (pids[i])
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* as a timer's, exact */
	prctl(PR_SET_TIMERSLACK, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	timers[i].wait(&timers[i], &shared->outcome[i]);
	_exit(0);
}

/* A periodic timer on a clock that goes back is silent for as long. */
static bool left_out(const struct timer *t, bool back)
{
	return back && t->when == EVERY && t->clock == CLOCK_REALTIME;
}

static void await_armed(size_t i)
{
	while (pids[i] && !__atomic_load_n(&shared->outcome[i].armed, __ATOMIC_ACQUIRE)) {
		if (waitpid(pids[i], NULL, WNOHANG) == pids[i])
			exit(1);
		sched_yield();
	}
}

void timers_arm(int64_t size, bool back)
{
	size_t i;

	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			die("no shared memory");
	}
	memset(shared, 0, sizeof(*shared));
	size_ns = size;
	fflush(stdout);
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		pids[i] = 0;
		if (!left_out(&timers[i], back))
			start(i);
	}
	for (i = 0; i < ARRAY_SIZE(timers); i++)
		await_armed(i);
}

static bool overdue(size_t i)
{
	const struct outcome *o = &shared->outcome[i];

	if (!pids[i] || __atomic_load_n(&o->fired, __ATOMIC_ACQUIRE))
		return false;
	if (timers[i].when == EVERY)
		return ending();
	return now_of(&timers[i]) >= o->due_ns;
}

bool timers_settled(void)
{
	size_t i;

	__atomic_store_n(&shared->ending, true, __ATOMIC_RELEASE);
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		if (overdue(i))
			return false;
	}
	return true;
}

static bool judge_once(const char *name, const struct outcome *o, bool late,
		       int64_t now)
{
	if (!o->fired)
		return check(!late, name, "it is lost: due at %lld ns, now %lld ns",
			     (long long)o->due_ns, (long long)now);
	return check(o->fired_ns >= o->due_ns, name,
		     "it is early: due at %lld ns, expired at %lld ns",
		     (long long)o->due_ns, (long long)o->fired_ns);
}

static bool judge_every(const char *name, const struct outcome *o)
{
	uint64_t periods = (o->ended - o->began) / (clocks_hz() / PERIODS_PER_SEC);

	if (!o->fired)
		return check(false, name, "it is lost after %llu expirations in %u wake-ups",
			     (unsigned long long)o->count, o->wakes);
	if (o->wakes > periods + SPARE_WAKES)
		return check(false, name, "%u wake-ups in %llu periods", o->wakes,
			     (unsigned long long)periods);
	return check(o->capped ? o->count <= (uint64_t)o->most :
				 o->count >= (uint64_t)o->least &&
				 o->count <= (uint64_t)o->most, name,
		     "%llu expirations, not %lld to %lld",
		     (unsigned long long)o->count, (long long)o->least,
		     (long long)o->most);
}

/* One that asked for it; unless what was set made it expire at the same time. */
static bool to_be_cancelled(const struct timer *t, const struct outcome *o, bool was_set)
{
	return t->wait == wait_timerfd && (t->flags & TFD_TIMER_CANCEL_ON_SET) && was_set &&
	       (o->cancelled || !o->fired);
}

static void judge(const char *row, size_t i, bool late, bool was_set, bool may_be_set)
{
	const struct outcome *o = &shared->outcome[i];
	const struct timer *t = &timers[i];
	char name[128];

	snprintf(name, sizeof(name), "%s: %s", row, t->name);
	if (to_be_cancelled(t, o, was_set || (may_be_set && o->cancelled)))
		check(o->cancelled, name, "it is not cancelled");
	else if (o->cancelled)
		check(false, name, "it is cancelled");
	else if (t->when == EVERY)
		judge_every(name, o);
	else
		judge_once(name, o, late, now_of(t));
}

void timers_judge(const char *row, bool was_set, bool may_be_set)
{
	bool late[ARRAY_SIZE(timers)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timers); i++)
		/* One that has just become due may not have been told of yet. */
		late[i] = overdue(i) && (sleep(1), overdue(i));
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		if (!pids[i])
			continue;
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		judge(row, i, late[i], was_set, may_be_set);
	}
}
