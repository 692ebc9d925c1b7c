// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Hardware-scaled TSCs, RAW to MONOTONIC, and the pvclock form. */
#include <hostclock/mult_shift.h>
#include <hostclock/pvclock.h>
#include <hostclock/raw_mono.h>
#include <hostclock/reader.h>
#include <hostclock/tsc.h>
#include <kunit/test.h>

#include "kunit.h"

struct tsc_row {
	const char *name;
	u64 ratio;
	u32 frac_bits;
	u64 offset;
	u64 host;
	u64 guest;
	bool back_ok;
	u64 back;		/* the first host value that the guest sees so */
};

struct raw_mono_row {
	const char *name;
	u32 mult_m;
	u32 mult_r;
	u64 mono_ns;		/* the bases */
	u64 raw_ns;
	u64 ns;			/* converted both ways */
	bool mono_down_ok, mono_up_ok, raw_down_ok, raw_up_ok;
	u64 mono_down, mono_up, raw_down, raw_up;
};

struct to_pvclock_row {
	const char *name;
	u32 mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	u64 delta;
	u64 ours;
	u64 theirs;
	u64 system_time;
	u32 mul;
	int tsc_shift;
};

struct from_pvclock_row {
	const char *name;
	u32 mul;
	int tsc_shift;
	u64 system_time;
	u64 delta;
	bool ok;
	u32 mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	u64 theirs;
	u64 ours;
};

#include "forms_table.h"

KUNIT_ARRAY_PARAM_DESC(tsc, tsc_rows, name);

static void tsc_test(struct kunit *test)
{
	const struct tsc_row *row = test->param_value;
	struct hostclock_tsc t = { row->ratio, row->offset, row->frac_bits };
	u64 back;

	KUNIT_EXPECT_EQ(test, hostclock_tsc_to_guest(&t, row->host), row->guest);
	KUNIT_EXPECT_EQ(test, hostclock_tsc_to_host(&t, row->guest, &back), row->back_ok);
	KUNIT_EXPECT_EQ(test, back, row->back);
}

static void tsc_range_test(struct kunit *test)
{
	/* half a count per count: the guest never gets to 2^63 and more */
	struct hostclock_tsc t = { 1ULL << 31, 0, 32 };
	u64 host;

	KUNIT_EXPECT_FALSE(test, hostclock_tsc_to_host(&t, 1ULL << 63, &host));
	KUNIT_EXPECT_EQ(test, host, U64_MAX);
	KUNIT_EXPECT_EQ(test, hostclock_tsc_ratio(1, 0, 48), U64_MAX);
	KUNIT_EXPECT_EQ(test, hostclock_tsc_ratio(U64_MAX, 1, 48), U64_MAX);
	KUNIT_EXPECT_EQ(test, hostclock_tsc_ratio(5, 5, 48), 1ULL << 48);
}

KUNIT_ARRAY_PARAM_DESC(raw_mono, raw_mono_rows, name);

typedef bool (*convert_fn)(const struct hostclock_raw_mono *rm, u64 ns,
			   enum hostclock_rounding rounding, u64 *result);

static void expect_converted(struct kunit *test, convert_fn convert,
			     enum hostclock_rounding rounding, bool ok, u64 want)
{
	const struct raw_mono_row *row = test->param_value;
	struct hostclock_raw_mono rm = {
		.base_m = 7, .base_r = 7, .shift_m = 31, .shift_r = 31,
		.mult_m = row->mult_m, .mult_r = row->mult_r,
		.mono_ns = row->mono_ns, .raw_ns = row->raw_ns,
	};
	u64 got = 0;

	KUNIT_EXPECT_EQ(test, convert(&rm, row->ns, rounding, &got), ok);
	KUNIT_EXPECT_EQ(test, got, want);
}

static void raw_mono_test(struct kunit *test)
{
	const struct raw_mono_row *row = test->param_value;

	expect_converted(test, hostclock_raw_to_mono, HOSTCLOCK_ROUND_DOWN,
			 row->mono_down_ok, row->mono_down);
	expect_converted(test, hostclock_raw_to_mono, HOSTCLOCK_ROUND_UP,
			 row->mono_up_ok, row->mono_up);
	expect_converted(test, hostclock_mono_to_raw, HOSTCLOCK_ROUND_DOWN,
			 row->raw_down_ok, row->raw_down);
	expect_converted(test, hostclock_mono_to_raw, HOSTCLOCK_ROUND_UP,
			 row->raw_up_ok, row->raw_up);
}

static void raw_mono_refused_test(struct kunit *test)
{
	struct hostclock_raw_mono rm = {
		.base_m = 7, .base_r = 7, .shift_m = 31, .shift_r = 31,
		.mult_m = 1U << 30, .mult_r = 1U << 30, .mono_ns = 5, .raw_ns = 5,
	};
	u64 ns;

	KUNIT_EXPECT_TRUE(test, hostclock_raw_to_mono(&rm, 5, HOSTCLOCK_ROUND_UP, &ns));
	rm.base_r = 8;
	KUNIT_EXPECT_FALSE(test, hostclock_raw_to_mono(&rm, 5, HOSTCLOCK_ROUND_UP, &ns));
	KUNIT_EXPECT_FALSE(test, hostclock_mono_to_raw(&rm, 5, HOSTCLOCK_ROUND_UP, &ns));
	rm.base_r = 7;
	rm.shift_m = 30;
	KUNIT_EXPECT_FALSE(test, hostclock_raw_to_mono(&rm, 5, HOSTCLOCK_ROUND_UP, &ns));
	KUNIT_EXPECT_FALSE(test, hostclock_mono_to_raw(&rm, 5, HOSTCLOCK_ROUND_UP, &ns));
}

/* A deadline converted before the rate changes, and what follows from that. */
static void raw_mono_change_test(struct kunit *test)
{
	const u32 mult = 1U << 30;
	struct hostclock_raw_mono before = {
		.shift_m = 31, .shift_r = 31, .mult_m = mult, .mult_r = mult,
	};
	struct hostclock_raw_mono after = before;
	u64 mono, then, raw;

	/* 10 s ahead in RAW; after 4 s MONOTONIC gets 500 ppm slower */
	KUNIT_ASSERT_TRUE(test, hostclock_raw_to_mono(&before, 10000000000ULL,
						      HOSTCLOCK_ROUND_UP, &mono));
	after.mono_ns = 4000000000ULL;
	after.raw_ns = 4000000000ULL;
	after.mult_m = mult - mult / 2000;
	KUNIT_ASSERT_TRUE(test, hostclock_mono_to_raw(&after, mono, HOSTCLOCK_ROUND_DOWN, &raw));
	/* late, by the rate's change times what was left: 6 s * 500 ppm, 3 ms */
	KUNIT_EXPECT_GE(test, raw, 10000000000ULL);
	KUNIT_EXPECT_LE(test, raw - 10000000000ULL, 3001502ULL);

	/* faster instead: that value is early, the one with the slew in it is not */
	after.mult_m = mult + mult / 2000;
	KUNIT_ASSERT_TRUE(test, hostclock_mono_to_raw(&after, mono, HOSTCLOCK_ROUND_DOWN, &raw));
	KUNIT_EXPECT_LT(test, raw, 10000000000ULL);
	KUNIT_ASSERT_TRUE(test, hostclock_raw_deadline_mono(&before, 10000000000ULL,
							    500000, &then));
	KUNIT_ASSERT_TRUE(test, hostclock_mono_to_raw(&after, then, HOSTCLOCK_ROUND_DOWN, &raw));
	KUNIT_EXPECT_GE(test, raw, 10000000000ULL);
	/* what was allowed for and did not come: 4 s * 500 ppm */
	KUNIT_EXPECT_LE(test, raw, 10002002600ULL);
	KUNIT_EXPECT_FALSE(test, hostclock_raw_deadline_mono(&before, 10000000000ULL,
							     1000000000, &then));
}

KUNIT_ARRAY_PARAM_DESC(to_pvclock, to_pvclock_rows, name);

static void to_pvclock_test(struct kunit *test)
{
	const struct to_pvclock_row *row = test->param_value;
	struct hostclock_params p = {
		.cycle_last = htole64(1000), .mult = htole32(row->mult),
		.shift = htole32(row->shift), .mono_sec = htole64(row->mono_sec),
		.mono_snsec = htole64(row->mono_snsec),
	};
	struct hostclock_pvclock pv;

	KUNIT_ASSERT_TRUE(test, hostclock_to_pvclock(&p, &pv));
	KUNIT_EXPECT_EQ(test, pv.tsc_timestamp, 1000);
	KUNIT_EXPECT_EQ(test, pv.system_time, row->system_time);
	KUNIT_EXPECT_EQ(test, pv.tsc_to_system_mul, row->mul);
	KUNIT_EXPECT_EQ(test, pv.tsc_shift, row->tsc_shift);
	KUNIT_EXPECT_EQ(test, hostclock_pvclock_ns(&pv, 1000 + row->delta), row->theirs);
	KUNIT_EXPECT_EQ(test, hostclock_params_ns(&p, HOSTCLOCK_MONO, row->delta), row->ours);
}

KUNIT_ARRAY_PARAM_DESC(from_pvclock, from_pvclock_rows, name);

static void from_pvclock_test(struct kunit *test)
{
	const struct from_pvclock_row *row = test->param_value;
	struct hostclock_pvclock pv = {
		1000, row->system_time, row->mul, row->tsc_shift
	};
	struct hostclock_params p = { .mult = 0 };

	KUNIT_ASSERT_EQ(test, hostclock_from_pvclock(&pv, &p), row->ok);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.mult), row->mult);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.raw_mult), row->mult);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.shift), row->shift);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.mono_sec), row->mono_sec);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.mono_snsec), row->mono_snsec);
	if (!row->ok)
		return;
	KUNIT_EXPECT_EQ(test, hostclock_pvclock_ns(&pv, 1000 + row->delta), row->theirs);
	KUNIT_EXPECT_EQ(test, hostclock_params_ns(&p, HOSTCLOCK_MONO, row->delta), row->ours);
}

static struct kunit_case forms_cases[] = {
	KUNIT_CASE_PARAM(tsc_test, tsc_gen_params),
	KUNIT_CASE(tsc_range_test),
	KUNIT_CASE_PARAM(raw_mono_test, raw_mono_gen_params),
	KUNIT_CASE(raw_mono_refused_test),
	KUNIT_CASE(raw_mono_change_test),
	KUNIT_CASE_PARAM(to_pvclock_test, to_pvclock_gen_params),
	KUNIT_CASE_PARAM(from_pvclock_test, from_pvclock_gen_params),
	{}
};

struct kunit_suite hostclock_forms_suite = {
	.name = "hostclock-forms",
	.test_cases = forms_cases,
};
