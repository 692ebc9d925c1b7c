// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* All clocks of a set, the way back to the counter, and error bounds. */
#include <hostclock/mult_shift.h>
#include <hostclock/clocks.h>
#include <kunit/test.h>
#include <linux/limits.h>

#include "kunit.h"

/* A set, native-endian. */
struct set {
	u64 cycle_last;
	u32 mult;
	u32 raw_mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	u64 raw_sec;
	u64 raw_snsec;
	s64 wall_offset_ns;
	s64 boot_offset_ns;
	s32 tai_offset_sec;
	bool tai_valid;
};

struct clocks_row {
	const char *name;
	struct set set;
	u64 counter;
	s64 off_mono_ns;
	s64 off_raw_ns;
	enum hostclock_position position;
	struct hostclock_time real;
	struct hostclock_time tai;
	struct hostclock_time mono;
	struct hostclock_time boot;
	struct hostclock_time raw;
};

struct deadline_row {
	const char *name;
	struct set set;
	bool raw;
	s64 ns;
	u64 counter;
};

struct quality_row {
	const char *name;
	u64 counter;
	u64 maxerror_ns;
	u32 maxerror_rate_ppb;
	u64 utc_maxerror_ns;
	u64 valid_ns;
	u8 status;
	u64 age_ns;
	u64 error_ns;
	u64 utc_error_ns;
	bool valid;
	bool synchronized;
};

#include "clocks_table.h"

static void set_of(const struct set *set, struct hostclock_params *p)
{
	memset(p, 0, sizeof(*p));
	p->epoch = htole64(1);
	p->cycle_last = htole64(set->cycle_last);
	p->mult = htole32(set->mult);
	p->raw_mult = htole32(set->raw_mult);
	p->shift = htole32(set->shift);
	p->mono_sec = htole64(set->mono_sec);
	p->mono_snsec = htole64(set->mono_snsec);
	p->raw_sec = htole64(set->raw_sec);
	p->raw_snsec = htole64(set->raw_snsec);
	p->wall_offset_ns = htole64(set->wall_offset_ns);
	p->boot_offset_ns = htole64(set->boot_offset_ns);
	p->tai_offset_sec = htole32(set->tai_offset_sec);
	p->flags = htole16(set->tai_valid ? HOSTCLOCK_PARAMS_TAI_VALID : 0);
	p->max_cycles = htole64(hostclock_max_cycles_both(set->mult, set->mono_snsec,
							  set->raw_mult, set->raw_snsec));
}

static void expect_time(struct kunit *test, const char *clock, struct hostclock_time got,
			struct hostclock_time want)
{
	KUNIT_EXPECT_EQ_MSG(test, got.sec, want.sec, "%s", clock);
	KUNIT_EXPECT_EQ_MSG(test, got.nsec, want.nsec, "%s", clock);
}

KUNIT_ARRAY_PARAM_DESC(clocks, clocks_rows, name);

static void clocks_test(struct kunit *test)
{
	const struct clocks_row *row = test->param_value;
	struct hostclock_offsets offsets = { row->off_mono_ns, row->off_raw_ns };
	struct hostclock_clocks got;
	struct hostclock_params p;

	set_of(&row->set, &p);
	KUNIT_EXPECT_EQ(test, hostclock_clocks_at(&p, &offsets, row->counter, &got),
			row->position);
	expect_time(test, "REALTIME", got.realtime, row->real);
	expect_time(test, "TAI", got.tai, row->tai);
	expect_time(test, "MONOTONIC", got.monotonic, row->mono);
	expect_time(test, "BOOTTIME", got.boottime, row->boot);
	expect_time(test, "RAW", got.raw, row->raw);
	KUNIT_EXPECT_EQ(test, got.tai_valid, row->set.tai_valid);

	if (row->off_mono_ns || row->off_raw_ns)
		return;
	hostclock_clocks_at(&p, NULL, row->counter, &got);
	expect_time(test, "MONOTONIC", got.monotonic, row->mono);
	expect_time(test, "RAW", got.raw, row->raw);
}

KUNIT_ARRAY_PARAM_DESC(deadline, deadline_rows, name);

static void deadline_test(struct kunit *test)
{
	const struct deadline_row *row = test->param_value;
	struct hostclock_params p;

	set_of(&row->set, &p);
	KUNIT_EXPECT_EQ(test, row->raw ? hostclock_raw_deadline(&p, row->ns) :
					 hostclock_mono_deadline(&p, row->ns),
			row->counter);
}

KUNIT_ARRAY_PARAM_DESC(sync_quality, quality_rows, name);

static void sync_quality_test(struct kunit *test)
{
	const struct quality_row *row = test->param_value;
	struct hostclock_sync_quality got;
	struct hostclock_params p;

	set_of(&clocks_rows[0].set, &p);
	p.maxerror_ns = htole64(row->maxerror_ns);
	p.maxerror_rate_ppb = htole32(row->maxerror_rate_ppb);
	p.utc_maxerror_ns = htole64(row->utc_maxerror_ns);
	p.valid_ns = htole64(row->valid_ns);
	p.status = row->status;
	hostclock_sync_quality_at(&p, row->counter, &got);
	KUNIT_EXPECT_EQ(test, got.age_ns, row->age_ns);
	KUNIT_EXPECT_EQ(test, got.maxerror_ns, row->error_ns);
	KUNIT_EXPECT_EQ(test, got.utc_maxerror_ns, row->utc_error_ns);
	KUNIT_EXPECT_EQ(test, got.valid, row->valid);
	KUNIT_EXPECT_EQ(test, got.synchronized, row->synchronized);
}

static void time_test(struct kunit *test)
{
	struct hostclock_time t = { .sec = S64_MAX, .nsec = 999999999 };

	expect_time(test, "-1 ns", hostclock_time_of(-1),
		    (struct hostclock_time){ -1, 999999999 });
	expect_time(test, "-2^63 ns", hostclock_time_of(S64_MIN),
		    (struct hostclock_time){ -9223372037, 145224192 });
	KUNIT_EXPECT_EQ(test, hostclock_time_ns(hostclock_time_of(S64_MIN)), S64_MIN);
	KUNIT_EXPECT_EQ(test, hostclock_time_ns(hostclock_time_of(S64_MAX)), S64_MAX);
	KUNIT_EXPECT_EQ(test, hostclock_time_ns(t), S64_MAX);
	t.sec = S64_MIN;
	KUNIT_EXPECT_EQ(test, hostclock_time_ns(t), S64_MIN);
	t.sec = S64_MAX;
	KUNIT_EXPECT_EQ(test, hostclock_time_add(t, 1).sec, S64_MAX);
}

static struct kunit_case clocks_cases[] = {
	KUNIT_CASE_PARAM(clocks_test, clocks_gen_params),
	KUNIT_CASE_PARAM(deadline_test, deadline_gen_params),
	KUNIT_CASE_PARAM(sync_quality_test, sync_quality_gen_params),
	KUNIT_CASE(time_test),
	{}
};

struct kunit_suite hostclock_clocks_suite = {
	.name = "hostclock-clocks",
	.test_cases = clocks_cases,
};
