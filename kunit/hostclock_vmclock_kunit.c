// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The vmclock form. */
#include <hostclock/vmclock.h>
#include <kunit/test.h>

#include "kunit.h"

struct to_row {
	const char *name;
	u32 mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	s64 wall_ns;
	s32 tai_offset_sec;
	bool tai_valid;
	u64 maxerror_ns;
	u32 maxerror_rate_ppb;
	u64 utc_maxerror_ns;
	u64 flags;
	bool ok;
	u64 want_flags;
	u8 time_type;
	u64 period;
	u8 period_shift;
	u64 time_sec;
	u64 time_frac;
	u64 want_error;
	u64 want_rate;
};

struct at_row {
	const char *name;
	u64 delta;
	u64 period;
	u8 period_shift;
	u64 sec;
	u64 frac;
	u8 time_type;
	s16 tai_offset_sec;
	u64 flags;
	u64 esterror_ns;
	u64 est_rate;
	u64 maxerror_ns;
	u64 max_rate;
	bool ok;
	u64 want_sec;
	u64 want_frac;
	s64 utc_sec;
	s64 tai_sec;
	u32 nsec;
	bool utc_valid;
	bool tai_valid;
	u64 want_esterror;
	u64 want_maxerror;
};

struct from_row {
	const char *name;
	u64 period;
	u8 period_shift;
	u64 sec;
	u64 frac;
	u8 time_type;
	s16 tai_offset_sec;
	u64 flags;
	u64 max_rate;
	bool ok;
	u32 mult;
	u32 shift;
	u64 mono_snsec;
	s64 wall_offset_ns;
	u64 maxerror_ns;
	u32 maxerror_rate_ppb;
	bool tai_valid;
	s32 want_tai;
};

#include "vmclock_table.h"

#define COUNTER		1000000
#define TSC_OFFSET	77

KUNIT_ARRAY_PARAM_DESC(to, to_rows, name);

static void to_test(struct kunit *test)
{
	const struct to_row *row = test->param_value;
	struct hostclock_params p = {
		.cycle_last = htole64(COUNTER), .mult = htole32(row->mult),
		.shift = htole32(row->shift), .mono_sec = htole64(row->mono_sec),
		.mono_snsec = htole64(row->mono_snsec),
		.wall_offset_ns = htole64(row->wall_ns),
		.tai_offset_sec = htole32(row->tai_offset_sec),
		.flags = htole16(row->tai_valid ? HOSTCLOCK_PARAMS_TAI_VALID : 0),
		.maxerror_ns = htole64(row->maxerror_ns),
		.maxerror_rate_ppb = htole32(row->maxerror_rate_ppb),
		.utc_maxerror_ns = htole64(row->utc_maxerror_ns),
		.status = HOSTCLOCK_STATUS_FREERUNNING,
		.leap_indicator = HOSTCLOCK_LEAP_PRE_NEG,
	};
	struct hostclock_vmclock vc = { .flags = htole64(row->flags) };

	KUNIT_ASSERT_EQ(test, hostclock_to_vmclock(&p, TSC_OFFSET, &vc), row->ok);
	if (!row->ok)
		return;
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.counter_value), COUNTER + TSC_OFFSET);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.flags), row->want_flags);
	KUNIT_EXPECT_EQ(test, vc.time_type, row->time_type);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.counter_period_frac_sec), row->period);
	KUNIT_EXPECT_EQ(test, vc.counter_period_shift, row->period_shift);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.time_sec), row->time_sec);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.time_frac_sec), row->time_frac);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.time_maxerror_nanosec), row->want_error);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(vc.counter_period_maxerror_rate_frac_sec),
			row->want_rate);
	KUNIT_EXPECT_EQ(test, (s16)le16_to_cpu(vc.tai_offset_sec), row->tai_offset_sec);
	KUNIT_EXPECT_EQ(test, vc.clock_status, HOSTCLOCK_STATUS_FREERUNNING);
	KUNIT_EXPECT_EQ(test, vc.leap_indicator, HOSTCLOCK_LEAP_PRE_NEG);
}

KUNIT_ARRAY_PARAM_DESC(at, at_rows, name);

/* Rounded up, by 2 ns at most. */
static void expect_error(struct kunit *test, u64 got, u64 want)
{
	KUNIT_EXPECT_GE(test, got, want);
	KUNIT_EXPECT_LE(test, got - want, 2);
}

static void at_test(struct kunit *test)
{
	const struct at_row *row = test->param_value;
	struct hostclock_vmclock vc = {
		.flags = htole64(row->flags), .time_type = row->time_type,
		.tai_offset_sec = htole16(row->tai_offset_sec),
		.counter_period_shift = row->period_shift,
		.counter_value = htole64(COUNTER),
		.counter_period_frac_sec = htole64(row->period),
		.counter_period_esterror_rate_frac_sec = htole64(row->est_rate),
		.counter_period_maxerror_rate_frac_sec = htole64(row->max_rate),
		.time_sec = htole64(row->sec), .time_frac_sec = htole64(row->frac),
		.time_esterror_nanosec = htole64(row->esterror_ns),
		.time_maxerror_nanosec = htole64(row->maxerror_ns),
	};
	struct hostclock_vmtime got;

	KUNIT_EXPECT_EQ(test, hostclock_vmclock_at(&vc, COUNTER + row->delta, &got), row->ok);
	KUNIT_EXPECT_EQ(test, got.sec, row->want_sec);
	KUNIT_EXPECT_EQ(test, got.frac, row->want_frac);
	KUNIT_EXPECT_EQ(test, got.utc_valid, row->utc_valid);
	KUNIT_EXPECT_EQ(test, got.tai_valid, row->tai_valid);
	KUNIT_EXPECT_EQ(test, got.utc.sec, row->utc_sec);
	KUNIT_EXPECT_EQ(test, got.tai.sec, row->tai_sec);
	KUNIT_EXPECT_EQ(test, got.utc.nsec, row->nsec);
	KUNIT_EXPECT_EQ(test, got.tai.nsec, row->nsec);
	expect_error(test, got.esterror_ns, row->want_esterror);
	expect_error(test, got.maxerror_ns, row->want_maxerror);
}

KUNIT_ARRAY_PARAM_DESC(from, from_rows, name);

static void from_test(struct kunit *test)
{
	const struct from_row *row = test->param_value;
	struct hostclock_vmclock vc = {
		.flags = htole64(row->flags), .time_type = row->time_type,
		.tai_offset_sec = htole16(row->tai_offset_sec),
		.counter_period_shift = row->period_shift,
		.counter_value = htole64(COUNTER),
		.counter_period_frac_sec = htole64(row->period),
		.counter_period_maxerror_rate_frac_sec = htole64(row->max_rate),
		.time_sec = htole64(row->sec), .time_frac_sec = htole64(row->frac),
		.time_maxerror_nanosec = htole64(1000),
		.clock_status = HOSTCLOCK_STATUS_SYNCHRONIZED,
		.leap_indicator = HOSTCLOCK_LEAP_PRE_POS,
	};
	struct hostclock_params p = { .mult = 0 };

	KUNIT_ASSERT_EQ(test, hostclock_from_vmclock(&vc, &p), row->ok);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.mult), row->mult);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.raw_mult), row->mult);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.shift), row->shift);
	if (!row->ok)
		return;
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.cycle_last), COUNTER);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.mono_sec), row->sec);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.mono_snsec), row->mono_snsec);
	KUNIT_EXPECT_EQ(test, (s64)le64_to_cpu(p.wall_offset_ns), row->wall_offset_ns);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p.maxerror_ns), row->maxerror_ns);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p.maxerror_rate_ppb), row->maxerror_rate_ppb);
	KUNIT_EXPECT_EQ(test, (bool)(le16_to_cpu(p.flags) & HOSTCLOCK_PARAMS_TAI_VALID),
			row->tai_valid);
	KUNIT_EXPECT_EQ(test, (s32)le32_to_cpu(p.tai_offset_sec), row->want_tai);
	KUNIT_EXPECT_EQ(test, p.status, HOSTCLOCK_STATUS_SYNCHRONIZED);
	KUNIT_EXPECT_EQ(test, p.leap_indicator, HOSTCLOCK_LEAP_PRE_POS);
}

static struct kunit_case vmclock_cases[] = {
	KUNIT_CASE_PARAM(to_test, to_gen_params),
	KUNIT_CASE_PARAM(at_test, at_gen_params),
	KUNIT_CASE_PARAM(from_test, from_gen_params),
	{}
};

struct kunit_suite hostclock_vmclock_suite = {
	.name = "hostclock-vmclock",
	.test_cases = vmclock_cases,
};
