// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Transitions: leap seconds, and MONOTONIC across gaps. */
#include <hostclock/mult_shift.h>
#include <hostclock/continuity.h>
#include <hostclock/leap.h>
#include <hostclock/reader.h>
#include <kunit/test.h>
#include <linux/limits.h>

#include "kunit.h"

struct leap_row {
	const char *name;
	u8 smear;
	bool insert;
	s64 u;
	s64 start;
	s64 end;
	s64 piece_offset;
	s32 slew;
	u32 length_sec;
	s64 offset;
	u32 mult;		/* of 1 << 30 without the leap */
	u8 indicator;
};

struct timeline {
	u64 mono_sec;
	u64 raw_sec;
	s64 wall_ns;
	u64 cycle_last;
	u32 mult;
	u32 raw_mult;
	u64 tsc_offset;
	s64 mono_offset;
	s64 raw_offset;
};

struct transition_row {
	const char *name;
	struct timeline before;
	struct timeline after;
	u64 end_tsc;
	u64 start_tsc;
	u64 measured_gap_ns;
	u64 gap_ns;
	enum hostclock_gap_policy policy;
	bool ok;
	s64 mono_offset;
	s64 raw_offset;
	u64 mono_jump_ns;
	u64 boot_jump_ns;
};

#include "transitions_table.h"

KUNIT_ARRAY_PARAM_DESC(leap, leap_rows, name);

static void leap_test(struct kunit *test)
{
	const struct leap_row *row = test->param_value;
	struct hostclock_leap leap = { row->insert, row->smear };
	struct hostclock_leap_piece piece;

	hostclock_leap_piece_at(&leap, row->u, &piece);
	KUNIT_EXPECT_EQ(test, piece.start, row->start);
	KUNIT_EXPECT_EQ(test, piece.end, row->end);
	KUNIT_EXPECT_EQ(test, piece.offset_ns, row->piece_offset);
	KUNIT_EXPECT_EQ(test, piece.slew, row->slew);
	KUNIT_EXPECT_EQ(test, piece.length_sec, row->length_sec);
	KUNIT_EXPECT_EQ(test, hostclock_leap_offset(&leap, row->u), row->offset);
	KUNIT_EXPECT_EQ(test, hostclock_leap_mult(&piece, 1U << 30), row->mult);
	KUNIT_EXPECT_EQ(test, hostclock_leap_indicator(&leap, row->u), row->indicator);
}

/* A smear shown ten times a second by sets that carry on from one another. */
static void leap_sets_test(struct kunit *test)
{
	const u32 shift = 30;
	struct hostclock_leap leap = { true, HOSTCLOCK_SMEAR_UTC_SLS };
	s64 u = -1000 * 1000000000LL, real = u, off, worst = 0;
	struct hostclock_leap_piece piece;
	int sets;

	for (sets = 0; u < 2000000000LL; sets++) {
		/* base on the curve, never before the end of the last set */
		real = max(real, u + hostclock_leap_offset(&leap, u));
		hostclock_leap_piece_at(&leap, u, &piece);
		real += hostclock_scale_wide(100000000, hostclock_leap_mult(&piece, 1U << shift),
					     0, shift);
		u += 100000000;
		off = real - (u + hostclock_leap_offset(&leap, u));
		worst = max(worst, abs(off));
	}
	KUNIT_EXPECT_EQ(test, sets, 10020);
	/* 0.05 ns per set by mult, and a ns of rounding that the next set takes up */
	KUNIT_EXPECT_LE(test, worst, 500);
	KUNIT_EXPECT_EQ(test, hostclock_leap_mult(&(struct hostclock_leap_piece){
						  .slew = 1, .length_sec = 1 }, U32_MAX), U32_MAX);
}

KUNIT_ARRAY_PARAM_DESC(transition, transition_rows, name);

static void timeline_of(const struct timeline *row, struct hostclock_params *p,
			struct hostclock_timeline *s)
{
	*p = (struct hostclock_params){
		.epoch = htole64(1), .cycle_last = htole64(row->cycle_last),
		.mult = htole32(row->mult), .raw_mult = htole32(row->raw_mult),
		.shift = htole32(31), .mono_sec = htole64(row->mono_sec),
		.raw_sec = htole64(row->raw_sec),
		.wall_offset_ns = htole64(row->wall_ns),
		.max_cycles = htole64(hostclock_max_cycles_both(row->mult, 0,
								row->raw_mult, 0)),
	};
	s->params = p;
	s->tsc_offset = row->tsc_offset;
	s->mono_offset = row->mono_offset;
	s->raw_offset = row->raw_offset;
}

static void transition_test(struct kunit *test)
{
	const struct transition_row *row = test->param_value;
	struct hostclock_timeline before, after;
	struct hostclock_params p[2];
	struct hostclock_jump jump;

	timeline_of(&row->before, &p[0], &before);
	timeline_of(&row->after, &p[1], &after);
	KUNIT_EXPECT_EQ(test, hostclock_gap_ns(&before, row->end_tsc, &after, row->start_tsc),
			row->measured_gap_ns);
	KUNIT_ASSERT_EQ(test, hostclock_continue(&before, row->end_tsc, &after, row->start_tsc,
						 row->gap_ns, row->policy, &jump), row->ok);
	KUNIT_EXPECT_EQ(test, (s64)after.mono_offset,
			row->ok ? row->mono_offset : row->after.mono_offset);
	KUNIT_EXPECT_EQ(test, (s64)after.raw_offset,
			row->ok ? row->raw_offset : row->after.raw_offset);
	if (!row->ok)
		return;
	KUNIT_EXPECT_EQ(test, jump.mono_ns, row->mono_jump_ns);
	KUNIT_EXPECT_EQ(test, jump.boot_ns, row->boot_jump_ns);
}

/* A gap from 1000 on: the counter ran on in it to 1500, or was set back to 400. */
static void run_tsc_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(990, 1000, 1500), 990ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(1000, 1000, 1500), 1000ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(1499, 1000, 1500), 1000ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(1507, 1000, 1500), 1007ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(399, 1000, 400), 1000ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(407, 1000, 400), 1007ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(990, 1000, 1000), 990ULL);
	KUNIT_EXPECT_EQ(test, hostclock_run_tsc(5, U64_MAX - 9, 2), U64_MAX - 6);
}

static struct kunit_case transitions_cases[] = {
	KUNIT_CASE_PARAM(leap_test, leap_gen_params),
	KUNIT_CASE(leap_sets_test),
	KUNIT_CASE_PARAM(transition_test, transition_gen_params),
	KUNIT_CASE(run_tsc_test),
	{}
};

struct kunit_suite hostclock_transitions_suite = {
	.name = "hostclock-transitions",
	.test_cases = transitions_cases,
};
