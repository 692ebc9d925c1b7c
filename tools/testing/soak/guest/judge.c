// SPDX-License-Identifier: GPL-2.0
/* Readings of the guest's clocks, and what must hold of them.  See judge.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clocks.h"
#include "judge.h"

/* Said in full from one answer to the host to the next; all are counted. */
#define VIOLATIONS_SAID	5

/*
 * MONOTONIC and RAW run at rates within 2000 ppm of each other, see max_slew_ppm;
 * 2500 is 1/400.  A set's rate need not be that of the one before it.
 */
#define RATE_PART	400
#define ROUNDING_NS	1000

/*
 * Without KVM, what the guest missed is known before it goes on to what QEMU
 * takes to continue it, and exactly just after; see hostclock.rst.
 */
#define GAP_TOLERANCE_NS	20000000

struct rules rules = {
	.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
	.follow = true,
	.rate = true,
};

struct counts counts;

/* The highest reading of each clock that any thread has made public. */
static s64 latest[CLOCKS];

static unsigned int said;

#define COUNT(what)	__atomic_add_fetch(&counts.what, 1, __ATOMIC_RELAXED)

void violated(const char *why, ...)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	va_list ap;

	COUNT(violations);
	if (__atomic_add_fetch(&said, 1, __ATOMIC_RELAXED) > VIOLATIONS_SAID)
		return;
	pthread_mutex_lock(&lock);
	printf("violation ");
	va_start(ap, why);
	vprintf(why, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	pthread_mutex_unlock(&lock);
}

void violations_answered(void)
{
	__atomic_store_n(&said, 0, __ATOMIC_RELAXED);
}

static bool is_wall(clockid_t id)
{
	return id == CLOCK_REALTIME || id == CLOCK_TAI;
}

static void publish(s64 *max, s64 ns)
{
	s64 seen = __atomic_load_n(max, __ATOMIC_RELAXED);

	while (ns > seen && !__atomic_compare_exchange_n(max, &seen, ns, true,
							 __ATOMIC_RELEASE,
							 __ATOMIC_RELAXED))
		;
}

/* Never before what anybody has seen. */
static void judge_order(u8 clock, const char *reader, s64 ns, s64 seen)
{
	if (ns < seen)
		violated("%s by %s went back by %lld ns, from %lld",
			 clock_names[clock].name, reader, (long long)(seen - ns),
			 (long long)seen);
	publish(&latest[clock], ns);
}

/* What the page said before it and after it. */
static void judge_wall(struct watcher *w, u8 clock, const char *reader, s64 ns,
		       const struct look *before, const struct look *after)
{
	bool tai = clock_names[clock].id == CLOCK_TAI;
	s64 low, high;

	if (!rules.follow)
		return;
	if (!look_same(before, after)) {
		COUNT(undecided);
		return;
	}
	if (clock_epoch(after) != w->clock_epoch ||
	    guest_epoch(after) != w->guest_epoch)
		COUNT(first);
	w->clock_epoch = clock_epoch(after);
	w->guest_epoch = guest_epoch(after);
	low = tai ? look_tai(before) : before->real;
	high = tai ? look_tai(after) : after->real;
	if (ns < low || ns > high)
		violated("%s by %s is %lld, %lld ns %s the page; epochs %llx %llx, cause %u",
			 clock_names[clock].name, reader, (long long)ns,
			 (long long)(ns < low ? low - ns : ns - high),
			 ns < low ? "behind" : "ahead of",
			 (unsigned long long)clock_epoch(after),
			 (unsigned long long)guest_epoch(after), after->guest.cause);
}

/* What the guest missed between two looks, as the page tells. */
static u64 gap_between(const struct look *from, const struct look *to)
{
	u64 had = HOSTCLOCK_LE64(from->guest.gaps_ns);
	u64 has = HOSTCLOCK_LE64(to->guest.gaps_ns);

	if (guest_epoch(from) == guest_epoch(to))
		return 0;
	if (!has || from->guest.generation != to->guest.generation)
		return HOSTCLOCK_LE64(to->guest.gap_ns);
	return has > had ? has - had : 0;
}

static bool steals(const struct look *at)
{
	u8 policy = rules.policy ? rules.policy : at->guest.mono_policy;

	if (!policy)
		return at->guest.cause == HOSTCLOCK_CAUSE_MIGRATION;
	return policy == HOSTCLOCK_POLICY_STEAL;
}

static s64 counted(const struct look *at, clockid_t id, u64 counts_passed)
{
	u32 shift = HOSTCLOCK_LE32(at->set.shift);
	u32 mult = id == CLOCK_MONOTONIC_RAW ? HOSTCLOCK_LE32(at->set.raw_mult) :
					       HOSTCLOCK_LE32(at->set.mult);

	return hostclock_scale_wide(counts_passed, mult, 0, shift);
}

/* It went on as the counter did, and jumped by what policy says. */
static void judge_jump(const struct track *last, u8 clock, const char *reader,
		       const struct track *now)
{
	clockid_t id = clock_names[clock].id;
	u64 gap = gap_between(&last->after, &now->before);
	s64 least, most, slack, passed, jump = 0;

	if (id == CLOCK_BOOTTIME ||
	    (id == CLOCK_MONOTONIC && steals(&now->before)))
		jump = gap;
	least = counted(&now->before, id, now->before.tsc - last->after.tsc);
	most = counted(&now->before, id, now->after.tsc - last->before.tsc);
	slack = most / RATE_PART + ROUNDING_NS;
	if (guest_epoch(&last->after) != guest_epoch(&now->before)) {
		slack += GAP_TOLERANCE_NS;
		COUNT(jumps);
	}
	passed = now->ns - last->ns - jump;
	if (passed < least - slack || passed > most + slack)
		violated("%s by %s went on by %lld ns, in %lld to %lld; gap %llu, cause %u, %u",
			 clock_names[clock].name, reader,
			 (long long)(now->ns - last->ns), (long long)least,
			 (long long)most, (unsigned long long)gap,
			 now->before.guest.cause, rules.policy);
}

static void judge_counter(struct watcher *w, u8 clock, const char *reader,
			  const struct track *now)
{
	struct track *last = &w->last[clock];

	if (!rules.rate)
		return;
	/* Which of two guest epochs such a reading is of is not known. */
	if (!look_same(&now->before, &now->after)) {
		COUNT(undecided);
		return;
	}
	if (last->set)
		judge_jump(last, clock, reader, now);
	*last = *now;
}

static void watch_one(struct watcher *w, u8 clock, bool by_syscall)
{
	const char *reader = by_syscall ? "syscall" : "vdso";
	clockid_t id = clock_names[clock].id;
	struct track now = { .set = true, .before = w->now };
	s64 seen = __atomic_load_n(&latest[clock], __ATOMIC_ACQUIRE);

	now.ns = by_syscall ? read_syscall(id) : read_vdso(id);
	look(&w->looker, &now.after);
	COUNT(readings);
	if (is_wall(id)) {
		judge_wall(w, clock, reader, now.ns, &now.before, &now.after);
	} else {
		judge_order(clock, reader, now.ns, seen);
		judge_counter(w, clock, reader, &now);
	}
	w->now = now.after;
}

void watcher_restart(struct watcher *w)
{
	memset(w->last, 0, sizeof(w->last));
	w->changes = rules.changes;
}

bool watch_all(struct watcher *w)
{
	struct look before;
	u8 clock;

	look(&w->looker, &w->now);
	before = w->now;
	for (clock = 0; clock_names[clock].name; clock++) {
		watch_one(w, clock, false);
		watch_one(w, clock, true);
	}
	return look_changed(&before, &w->now);
}
