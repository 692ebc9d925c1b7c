// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts to ns, and the multiplier and shift for it. */
#include <hostclock/mult_shift.h>
#include <hostclock/math.h>
#include <hostclock/reader.h>
#include <kunit/test.h>

#include "kunit.h"

struct scale_row {
	const char *name;
	u64 delta;
	u32 mult;
	u64 base;
	u32 shift;
	u64 ns;
};

struct mult_shift_row {
	const char *name;
	u64 hz;
	u64 horizon_ns;
	bool ok;
	u32 mult;
	u32 shift;
	s64 error_ppt;		/* of the rate: parts per 10^12 */
	u64 max_cycles;		/* for any base */
};

#include "scale_table.h"

KUNIT_ARRAY_PARAM_DESC(scale, scale_rows, name);

static void scale_test(struct kunit *test)
{
	const struct scale_row *row = test->param_value;
	u64 max_cycles = hostclock_max_cycles(row->mult, row->base);

	KUNIT_EXPECT_EQ(test, hostclock_scale_wide(row->delta, row->mult,
						   row->base, row->shift), row->ns);
	KUNIT_EXPECT_EQ(test, hostclock_scale(row->delta, max_cycles, row->mult,
					      row->base, row->shift), row->ns);
}

KUNIT_ARRAY_PARAM_DESC(calc_mult_shift, mult_shift_rows, name);

static void calc_mult_shift_test(struct kunit *test)
{
	const struct mult_shift_row *row = test->param_value;
	u64 nominal, rate, error, base;
	u32 mult = 0, shift = 0;

	KUNIT_ASSERT_EQ(test, hostclock_calc_mult_shift(row->hz, row->horizon_ns, &mult, &shift),
			row->ok);
	KUNIT_EXPECT_EQ(test, mult, row->mult);
	KUNIT_EXPECT_EQ(test, shift, row->shift);
	if (!row->ok)
		return;
	nominal = HOSTCLOCK_NSEC_PER_SEC << shift;
	rate = mult * row->hz;		/* below 2^32 * 2^34, and close to nominal < 2^61 */
	error = rate > nominal ? rate - nominal : nominal - rate;
	error = hostclock_div_near(hostclock_mul(error, 1000000000000ULL), nominal);
	KUNIT_EXPECT_EQ(test, rate < nominal ? -(s64)error : (s64)error, row->error_ppt);
	base = nominal - 1;
	KUNIT_EXPECT_EQ(test, hostclock_max_cycles(mult, base), row->max_cycles);
	KUNIT_EXPECT_EQ(test, hostclock_max_cycles_both(mult, 0, mult, base), row->max_cycles);
	KUNIT_EXPECT_EQ(test, hostclock_max_cycles_both(mult, base, mult, 0), row->max_cycles);
}

static void calc_mult_shift_range_test(struct kunit *test)
{
	u32 mult, shift;

	KUNIT_EXPECT_FALSE(test, hostclock_calc_mult_shift(HOSTCLOCK_MIN_HZ - 1, 0, &mult, &shift));
	KUNIT_EXPECT_FALSE(test, hostclock_calc_mult_shift(HOSTCLOCK_MAX_HZ + 1, 0, &mult, &shift));
	KUNIT_EXPECT_FALSE(test, hostclock_calc_mult_shift(0, 0, &mult, &shift));
	KUNIT_EXPECT_EQ(test, hostclock_max_cycles(0, 0), 0);
	KUNIT_EXPECT_EQ(test, hostclock_mult_of(1, 0, 31), 0);
	KUNIT_EXPECT_EQ(test, hostclock_mult_of(1, 1, 32), 0);
	KUNIT_EXPECT_EQ(test, hostclock_mult_of(2, 1, 31), 0);
	KUNIT_EXPECT_EQ(test, hostclock_mult_of(1, 1, 31), 1U << 31);
	KUNIT_EXPECT_EQ(test, hostclock_mult_of(1, 2, 0), 1);
}

static struct kunit_case scale_cases[] = {
	KUNIT_CASE_PARAM(scale_test, scale_gen_params),
	KUNIT_CASE_PARAM(calc_mult_shift_test, calc_mult_shift_gen_params),
	KUNIT_CASE(calc_mult_shift_range_test),
	{}
};

struct kunit_suite hostclock_scale_suite = {
	.name = "hostclock-scale",
	.test_cases = scale_cases,
};
