// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The readers, as compiled into this kernel, against exact arithmetic. */
#include <hostclock/mult_shift.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>
#include <hostclock/writer.h>
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "kunit.h"

#define SEED	0x686f7374636c6bULL
#define PAGES	1000
#define READS	1000		/* of each page: a million in all */

struct scene {
	struct hostclock_clock_page cp;
	struct hostclock_guest_page gp;
	struct hostclock_accepted accepted;
	u32 seq;
};

static u64 rnd(struct rnd_state *r)
{
	return (u64)prandom_u32_state(r) << 32 | prandom_u32_state(r);
}

/* Every length alike. */
static u64 rnd_wide(struct rnd_state *r)
{
	return rnd(r) >> (prandom_u32_state(r) & 63);
}

static void fill_set(struct rnd_state *r, struct hostclock_params *p, u32 mult, u32 shift)
{
	u64 second = HOSTCLOCK_NSEC_PER_SEC << shift;

	p->epoch = htole64(1 + (rnd(r) & 1));
	p->cycle_last = htole64(rnd_wide(r));
	p->shift = htole32(shift);
	p->mult = htole32(mult - mult / 9 + prandom_u32_state(r) % (mult / 5));
	p->raw_mult = htole32(mult - mult / 9 + prandom_u32_state(r) % (mult / 5));
	p->mono_sec = htole64(rnd_wide(r) % 9223372036ULL);
	p->raw_sec = htole64(rnd_wide(r) % 9223372036ULL);
	p->mono_snsec = htole64(rnd(r) % second);
	p->raw_snsec = htole64(rnd(r) % second);
	p->max_cycles = htole64(hostclock_max_cycles_both(le32_to_cpu(p->mult),
							  le64_to_cpu(p->mono_snsec),
							  le32_to_cpu(p->raw_mult),
							  le64_to_cpu(p->raw_snsec)));
}

static bool make_scene(struct rnd_state *r, struct scene *s)
{
	u64 hz = HOSTCLOCK_MIN_HZ + rnd(r) % (HOSTCLOCK_MAX_HZ - HOSTCLOCK_MIN_HZ);
	struct hostclock_params *newest, *older;
	u32 mult, shift;

	memset(s, 0, sizeof(*s));
	if (!hostclock_calc_mult_shift(hz, rnd(r) >> (16 + (rnd(r) & 31)), &mult, &shift))
		return false;
	s->seq = rnd(r);
	s->cp.seq = htole32(s->seq);
	newest = &s->cp.params[(s->seq >> 1) & 1];
	older = &s->cp.params[((s->seq >> 1) & 1) ^ 1];
	fill_set(r, newest, mult, shift);
	fill_set(r, older, mult, shift);
	/* mostly a tenth of a second before the newest */
	if (rnd(r) & 7)
		older->cycle_last = htole64(le64_to_cpu(newest->cycle_last) - rnd(r) % (hz / 5));
	if (!(rnd(r) & 7))
		older->epoch = 0;
	s->gp.epoch = htole64(rnd(r) | 1);
	s->accepted.clock_epoch = rnd(r) & 7 ? le64_to_cpu(newest->epoch) : rnd(r);
	s->accepted.guest_epoch = rnd(r) & 15 ? le64_to_cpu(s->gp.epoch) : rnd(r);
	s->accepted.tsc_offset = rnd(r);
	s->accepted.mono_offset = rnd_wide(r) >> 1;
	s->accepted.raw_offset = -(rnd_wide(r) >> 1);
	return true;
}

/* A counter value: around the newest set's start, or anywhere. */
static u64 any_tsc(struct rnd_state *r, const struct scene *s)
{
	u64 start = s->accepted.tsc_offset +
		    le64_to_cpu(s->cp.params[(s->seq >> 1) & 1].cycle_last);

	switch (prandom_u32_state(r) & 3) {
	case 0:
		return start - rnd_wide(r);
	case 1:
		return start - (prandom_u32_state(r) >> 4);
	default:
		return start + rnd_wide(r);
	}
}

#ifdef __SIZEOF_INT128__

/* What the ABI header says, in 128 bits. */
static enum hostclock_result expect(const struct scene *s, enum hostclock_counter which, u64 tsc,
				    u64 *ns)
{
	const struct hostclock_params *newest = &s->cp.params[(s->seq >> 1) & 1];
	const struct hostclock_params *older = &s->cp.params[((s->seq >> 1) & 1) ^ 1];
	u64 counter = tsc - s->accepted.tsc_offset;
	const struct hostclock_params *p = newest;
	u64 delta = counter - le64_to_cpu(newest->cycle_last);
	bool raw = which == HOSTCLOCK_RAW;
	u128 sum;

	if (delta >> 63) {
		delta = counter - le64_to_cpu(older->cycle_last);
		if (!(s->seq & 1) && older->epoch && !(delta >> 63))
			p = older;
		else
			delta = 0;
	}
	sum = delta;
	sum *= le32_to_cpu(raw ? p->raw_mult : p->mult);
	sum += le64_to_cpu(raw ? p->raw_snsec : p->mono_snsec);
	sum >>= le32_to_cpu(p->shift);
	if (sum > S64_MAX)
		sum = S64_MAX;
	*ns = (u64)sum + le64_to_cpu(raw ? p->raw_sec : p->mono_sec) * NSEC_PER_SEC +
	      (raw ? s->accepted.raw_offset : s->accepted.mono_offset);
	if (le64_to_cpu(s->gp.epoch) != s->accepted.guest_epoch ||
	    (le64_to_cpu(p->epoch) != s->accepted.clock_epoch &&
	     le64_to_cpu(newest->epoch) != s->accepted.clock_epoch))
		return HOSTCLOCK_MOVED;
	/* before both sets, by more than cross-CPU skew */
	delta = le64_to_cpu(p->cycle_last) - counter;
	if (delta > HOSTCLOCK_MAX_CPU_SKEW && delta <= BIT_ULL(63))
		return HOSTCLOCK_MOVED;
	return *ns > S64_MAX ? HOSTCLOCK_RANGE : HOSTCLOCK_OK;
}

/* One read; *fast counts those that the short path took. */
static bool read_agrees(const struct scene *s, enum hostclock_counter which, u64 tsc, int *fast)
{
	enum hostclock_result want, got;
	u64 want_ns, ns, fast_ns;

	want = expect(s, which, tsc, &want_ns);
	got = hostclock_eval(&s->cp, s->seq, &s->gp, &s->accepted, which, tsc, &ns);
	if (got != want || ns != want_ns)
		return false;
	if (!hostclock_eval_fast(&s->cp, s->seq, &s->gp, &s->accepted, which, tsc, &fast_ns))
		return true;
	++*fast;
	return got == HOSTCLOCK_OK && fast_ns == ns;
}

static void reader_exact_test(struct kunit *test)
{
	int page, i, fast = 0, wrong = 0;
	struct rnd_state r;
	struct scene *s;
	u64 tsc;

	s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	prandom_seed_state(&r, SEED);
	for (page = 0; page < PAGES && !wrong; page++) {
		KUNIT_ASSERT_TRUE(test, make_scene(&r, s));
		for (i = 0; i < READS && !wrong; i++) {
			tsc = any_tsc(&r, s);
			if (read_agrees(s, i & 1 ? HOSTCLOCK_RAW : HOSTCLOCK_MONO, tsc, &fast))
				continue;
			wrong++;
			KUNIT_FAIL(test, "seed %#llx page %d read %d tsc %#llx", SEED, page, i,
				   tsc);
		}
		cond_resched();
	}
	/* both paths were tried, often */
	KUNIT_EXPECT_GT(test, fast, PAGES * READS / 20);
	KUNIT_EXPECT_LT(test, fast, PAGES * READS);
}

#else

static void reader_exact_test(struct kunit *test)
{
	kunit_skip(test, "needs 128-bit integers");
}

#endif

/* What the writer does, step by step, and what a reader sees meanwhile. */
static void reader_update_test(struct kunit *test)
{
	struct hostclock_clock_page *cp;
	struct hostclock_params *set, copy;
	u32 seq, begun;

	cp = kunit_kzalloc(test, sizeof(*cp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cp);
	cp->params[0].epoch = htole64(10);
	seq = hostclock_page_begin(cp);
	KUNIT_EXPECT_PTR_EQ(test, hostclock_newest(cp, seq), &cp->params[0]);

	set = hostclock_page_claim(cp);
	KUNIT_EXPECT_PTR_EQ(test, set, &cp->params[1]);
	KUNIT_EXPECT_FALSE(test, hostclock_page_retry(cp, seq));
	KUNIT_EXPECT_TRUE(test, hostclock_select_retry(cp, seq, &cp->params[1]));
	begun = hostclock_page_begin(cp);
	KUNIT_EXPECT_PTR_EQ(test, hostclock_newest(cp, begun), &cp->params[0]);

	/* a writer that died here takes up the same set again */
	KUNIT_EXPECT_PTR_EQ(test, hostclock_page_claim(cp), set);
	set->epoch = htole64(11);
	hostclock_page_publish(cp);
	KUNIT_EXPECT_TRUE(test, hostclock_page_retry(cp, seq));
	KUNIT_EXPECT_TRUE(test, hostclock_page_retry(cp, begun));
	KUNIT_ASSERT_TRUE(test, hostclock_snapshot_params(cp, &copy, &seq));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(copy.epoch), 11);
	KUNIT_EXPECT_EQ(test, seq, 2);
	KUNIT_EXPECT_PTR_EQ(test, hostclock_page_claim(cp), &cp->params[0]);
}

static void reader_wrap_test(struct kunit *test)
{
	struct hostclock_clock_page *cp;
	u32 seq;

	cp = kunit_kzalloc(test, sizeof(*cp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cp);
	cp->seq = htole32(U32_MAX - 1);
	seq = hostclock_page_begin(cp);
	KUNIT_EXPECT_PTR_EQ(test, hostclock_newest(cp, seq), &cp->params[1]);
	KUNIT_EXPECT_PTR_EQ(test, hostclock_page_claim(cp), &cp->params[0]);
	hostclock_page_publish(cp);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(cp->seq), 0);
	KUNIT_EXPECT_TRUE(test, hostclock_page_retry(cp, seq));
	KUNIT_EXPECT_PTR_EQ(test, hostclock_newest(cp, 0), &cp->params[0]);
}

static void reader_guest_test(struct kunit *test)
{
	struct hostclock_guest_page *gp, *copy;
	struct hostclock_vmclock vc;

	gp = kunit_kzalloc(test, 2 * sizeof(*gp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gp);
	copy = gp + 1;
	gp->generation = htole64(5);
	KUNIT_EXPECT_TRUE(test, hostclock_snapshot_guest(gp, copy));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(copy->generation), 5);
	KUNIT_EXPECT_TRUE(test, hostclock_snapshot_vmclock(&gp->vmclock, &vc));
	hostclock_seq_claim(&gp->seq);
	KUNIT_EXPECT_FALSE(test, hostclock_snapshot_guest(gp, copy));
	hostclock_seq_claim(&gp->vmclock.seq_count);
	KUNIT_EXPECT_FALSE(test, hostclock_snapshot_vmclock(&gp->vmclock, &vc));
	hostclock_seq_publish(&gp->seq);
	KUNIT_EXPECT_TRUE(test, hostclock_snapshot_guest(gp, copy));
	hostclock_seq_publish(&gp->vmclock.seq_count);
	KUNIT_EXPECT_TRUE(test, hostclock_snapshot_vmclock(&gp->vmclock, &vc));
}

static struct kunit_case reader_cases[] = {
	KUNIT_CASE(reader_exact_test),
	KUNIT_CASE(reader_update_test),
	KUNIT_CASE(reader_wrap_test),
	KUNIT_CASE(reader_guest_test),
	{}
};

struct kunit_suite hostclock_reader_suite = {
	.name = "hostclock-reader",
	.test_cases = reader_cases,
};
