// SPDX-License-Identifier: GPL-2.0
/*
 * Readers.  A reading lies between two looks at the pages.  If they are of the
 * same epochs, REALTIME and TAI must lie between what the pages say then, and the
 * other clocks differ from the page's by a constant: one that changes only with
 * the guest's epoch, and then by just what the page says of gaps.
 */
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "stress.h"

/* Where clock - page lies, by all readings: nowhere if low > high. */
struct span {
	int64_t low, high;
};

#define SPAN_ANY	((struct span){ INT64_MIN, INT64_MAX })

/* The clocks that may be off the page's by a constant, and never go back. */
enum { MONO, BOOT, RAW, STEADY };

/*
 * Where sets of two epochs meet, they may be apart by a nanosecond.  If both pages'
 * epochs changed before the kernel looked, it goes on by the last set that it saw.  The
 * script's rates differ by up to 1800 ppm, and ticks come late on a busy machine.
 */
#define DRIFT_PPM	2000

/*
 * If the host runs no CPU of the guest for long, a slew is seen late, and a clock that must
 * not go back keeps what it is ahead (see hostclock.rst). No CPU has run if none of the
 * readers, which never sleep, has read for more than a tick; the last one may have come two
 * ticks before that.
 */
#define TICK_NS		4000000
#define MAX_STALL_NS	1000000000

static const struct {
	clockid_t id;
	int steady;		/* or STEADY, if it is the page's */
	const char *name;
} kinds[] = {
	{ CLOCK_REALTIME,	STEADY,	"REALTIME" },
	{ CLOCK_MONOTONIC,	MONO,	"MONOTONIC" },
	{ CLOCK_TAI,		STEADY,	"TAI" },
	{ CLOCK_BOOTTIME,	BOOT,	"BOOTTIME" },
	{ CLOCK_REALTIME,	STEADY,	"REALTIME" },
	{ CLOCK_MONOTONIC_RAW,	RAW,	"MONOTONIC_RAW" },
};

struct reader {
	struct look last;		/* of the last reading judged */
	unsigned int clock, policy;	/* own_state() then */
	bool any;
	int64_t looked_ns;		/* the kernel did since then, by the page's MONOTONIC */
	int64_t drift_ns;		/* drifted_ns that its spans allow for */
	struct span spans[STEADY];
};

/* The latest reading that anybody has made public, and whose CPU's it was. */
static struct {
	int64_t ns;
	int cpu;
} latest[STEADY];

static uint64_t handed_over;

/* The page's MONOTONIC when anybody read last, and what clocks may be off for late slews */
static int64_t any_read_ns, drifted_ns;

uint64_t clocks_handed_over(void)
{
	return __atomic_load_n(&handed_over, __ATOMIC_RELAXED);
}

static void shift(struct span *span, int64_t by)
{
	/* The ends of SPAN_ANY stay where they are. */
	if (span->low != INT64_MIN)
		span->low += by;
	if (span->high != INT64_MAX)
		span->high += by;
}

static void widen(struct span *span, int64_t by)
{
	if (span->low != INT64_MIN)
		span->low -= by;
	if (span->high != INT64_MAX)
		span->high += by;
}

static void forget(struct reader *r)
{
	for (int i = 0; i < STEADY; i++)
		r->spans[i] = SPAN_ANY;
}

/*
 * Another guest epoch: what is known of the constants holds on as far as the page
 * tells of gaps, however many epochs there were between.  Not if the generation
 * changed, where it tells of the last gap only, and the kernel may have missed
 * the one before.  Nor after a stop, which moves the counter, and of which the host
 * may find out more later.
 */
static void cross(struct reader *r, const struct look *now, unsigned int policy)
{
	int64_t drift_ns = ((now->t.mono - r->looked_ns) / 1000000 + 1) * DRIFT_PPM;
	int64_t gap_ns = now->gaps_ns - r->last.gaps_ns;

	if (now->generation != r->last.generation ||
	    now->tsc_offset != r->last.tsc_offset || now->resume_tsc) {
		forget(r);
		return;
	}
	for (int i = 0; i < STEADY; i++)
		widen(&r->spans[i], now->t.epoch == r->last.t.epoch ? 1 : drift_ns);
	shift(&r->spans[BOOT], gap_ns);
	if (!own_quiet(r->policy, policy))
		r->spans[MONO] = SPAN_ANY;
	else if (policy & OWN_STEAL)
		shift(&r->spans[MONO], gap_ns);
}

static const char *when(bool first)
{
	return first ? "the first reading of an epoch" : "within an epoch";
}

static void judge_steady(struct job *job, struct span *span, const char *name,
			 int64_t low, int64_t high, bool first)
{
	struct span before = *span;

	if (low > span->low)
		span->low = low;
	if (high < span->high)
		span->high = high;
	if (span->low <= span->high)
		return;
	job_wrong(job, "%s - page was %lld to %lld ns, is %lld to %lld ns, %s",
		  name, (long long)before.low, (long long)before.high,
		  (long long)low, (long long)high, when(first));
	/* A clock that jumps is wrong once, one that comes back twice. */
	*span = (struct span){ low, high };
}

static void judge_absolute(struct job *job, const char *name, int64_t early,
			   int64_t now, int64_t late, bool first)
{
	if (early <= now && now <= late)
		return;
	job_wrong(job, "%s is off by %lld ns, %s", name,
		  (long long)(now < early ? now - early : now - late), when(first));
}

/* Between two looks of the same epochs, with the guest's own clock quiet. */
static void judge_reading(struct job *job, struct reader *r, int kind,
			  const struct look *before, int64_t now,
			  const struct look *after)
{
	bool first = !r->any || r->last.guest_seq != before->guest_seq ||
		     r->last.t.epoch != before->t.epoch;
	const char *name = kinds[kind].name;
	clockid_t id = kinds[kind].id;

	job->done++;
	job->first += first;
	if (kinds[kind].steady == STEADY)
		judge_absolute(job, name, page_clock(&before->t, id), now,
			       page_clock(&after->t, id), first);
	else if (id == CLOCK_MONOTONIC_RAW)
		judge_steady(job, &r->spans[RAW], name, now - after->t.raw,
			     now - before->t.raw, first);
	else
		judge_steady(job, &r->spans[kinds[kind].steady], name,
			     now - after->t.mono, now - before->t.mono, first);
}

/* Make now public, unless a later reading already is. */
static void publish(int steady, int64_t now, int cpu)
{
	int64_t old = __atomic_load_n(&latest[steady].ns, __ATOMIC_RELAXED);

	while (now > old) {
		if (!__atomic_compare_exchange_n(&latest[steady].ns, &old, now,
						 true, __ATOMIC_RELEASE,
						 __ATOMIC_RELAXED))
			continue;
		__atomic_store_n(&latest[steady].cpu, cpu, __ATOMIC_RELAXED);
		return;
	}
}

/* A reading, and whether it is behind any that was made before it. */
static int64_t read_forward(struct job *job, int kind)
{
	int steady = kinds[kind].steady;
	int64_t other, now;

	if (steady == STEADY)
		return job->read(kinds[kind].id);
	other = __atomic_load_n(&latest[steady].ns, __ATOMIC_ACQUIRE);
	if (__atomic_load_n(&latest[steady].cpu, __ATOMIC_RELAXED) != job->cpu)
		__atomic_fetch_add(&handed_over, 1, __ATOMIC_RELAXED);
	now = job->read(kinds[kind].id);
	if (now < other)
		job_wrong(job, "%s went back by %lld ns", kinds[kind].name,
			  (long long)(other - now));
	publish(steady, now, job->cpu);
	return now;
}

/*
 * Was a set published between the looks, and held already?  Sets are to be published
 * ahead, and the page's own clocks jump by one that was not.
 */
static bool published_late(const struct look *before, const struct look *after)
{
	return after->t.newest && (before->t.seq ^ after->t.seq) >> 1;
}

/* The coarse clock is of the last tick or resync, at each of which the kernel looks. */
static void note_look(struct reader *r, int64_t mono_ns, const struct look *after)
{
	int64_t behind_ns = mono_ns - read_vdso(CLOCK_MONOTONIC_COARSE);

	r->looked_ns = after->t.mono - (behind_ns > 0 ? behind_ns : 0);
}

static void note_stall(int64_t now_ns)
{
	int64_t last_ns = __atomic_load_n(&any_read_ns, __ATOMIC_SEQ_CST);
	int64_t stall_ns = now_ns - last_ns;

	/* Whoever finds any_read_ns new finds drifted_ns new.  The script's gaps are longer. */
	if (last_ns && stall_ns > TICK_NS && stall_ns < MAX_STALL_NS)
		__atomic_fetch_add(&drifted_ns, (stall_ns + 2 * TICK_NS) / 1000000 * DRIFT_PPM,
				   __ATOMIC_SEQ_CST);
	if (stall_ns > 0)
		__atomic_store_n(&any_read_ns, now_ns, __ATOMIC_SEQ_CST);
}

static void allow_drift(struct reader *r)
{
	int64_t all_ns = __atomic_load_n(&drifted_ns, __ATOMIC_SEQ_CST);

	for (int i = 0; i < STEADY; i++)
		if (i != RAW)
			widen(&r->spans[i], all_ns - r->drift_ns);
	r->drift_ns = all_ns;
}

static void take_reading(struct job *job, struct reader *r, int kind)
{
	unsigned int clock = own_state(OWN_CLOCK), policy = own_state(OWN_POLICY);
	struct look before, after;
	int64_t now;

	look(&before);
	now = read_forward(job, kind);
	look(&after);
	note_stall(after.t.mono);
	if (!same_epochs(&before, &after) || published_late(&before, &after) ||
	    !own_quiet(clock, own_state(OWN_CLOCK)) ||
	    !own_quiet(policy, own_state(OWN_POLICY))) {
		job->undecided++;
		return;
	}
	if (r->clock != clock || !r->any)
		forget(r);
	else if (r->last.guest_seq != before.guest_seq)
		cross(r, &before, policy);
	allow_drift(r);
	judge_reading(job, r, kind, &before, now, &after);
	if (kinds[kind].id == CLOCK_MONOTONIC)
		note_look(r, now, &after);
	r->last = after;
	r->clock = clock;
	r->policy = policy;
	r->any = true;
}

void job_clocks(struct job *job)
{
	struct reader r = { };

	for (size_t i = 0; !stopping(); i++)
		take_reading(job, &r, i % ARRAY_SIZE(kinds));
	note("clocks may be off by %lld us for stalls of the guest",
	     (long long)__atomic_load_n(&drifted_ns, __ATOMIC_RELAXED) / 1000);
}

/*
 * Two CPUs take turns, each waking the other: what one has read, the other, which
 * reads next, must not be behind of.
 */
static struct {
	pthread_once_t once;
	int wake[2];
	int64_t ns[STEADY];
} turns = { .once = PTHREAD_ONCE_INIT };

static void open_turns(void)
{
	for (int cpu = 0; cpu < 2; cpu++) {
		/* One turn is there to begin with. */
		turns.wake[cpu] = eventfd(cpu == 0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (turns.wake[cpu] < 0)
			die("eventfd");
	}
}

static void take_turn(struct job *job)
{
	for (int kind = 0; kind < (int)ARRAY_SIZE(kinds); kind++) {
		int steady = kinds[kind].steady;
		int64_t now;

		if (steady == STEADY)
			continue;
		now = job->read(kinds[kind].id);
		if (now < turns.ns[steady])
			job_wrong(job, "%s went back by %lld ns",
				  kinds[kind].name,
				  (long long)(turns.ns[steady] - now));
		turns.ns[steady] = now;
		job->done++;
	}
}

void job_handover(struct job *job)
{
	uint64_t value = 1;

	pthread_once(&turns.once, open_turns);
	while (!stopping()) {
		if (!wait_readable(turns.wake[job->cpu], 100))
			continue;
		if (read(turns.wake[job->cpu], &value, sizeof(value)) < 0)
			die("eventfd");
		take_turn(job);
		if (write(turns.wake[!job->cpu], &value, sizeof(value)) < 0)
			die("eventfd");
	}
}
