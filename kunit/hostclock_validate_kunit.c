// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Page validation: pages that break one rule each, and pages at the edge of it
 * that do not. A row stores one value over a page in which all is well.
 */
#include <hostclock/mult_shift.h>
#include <hostclock/validate.h>
#include <kunit/test.h>
#include <linux/limits.h>

#include "kunit.h"

struct scene {
	struct hostclock_clock_page cp;
	struct hostclock_params p;
	struct hostclock_guest_page gp;
};

struct rule_row {
	const char *name;
	enum hostclock_page_error error;
	size_t offset;		/* of what is changed, in struct scene */
	size_t size;
	u64 value;
	bool scaled;
};

#define ROW(text, code, member, val)					\
	{ .name = text, .error = HOSTCLOCK_PAGE_##code,			\
	  .offset = offsetof(struct scene, member),			\
	  .size = sizeof_field(struct scene, member), .value = (val) }
#define SCALED_ROW(text, code, member, val)				\
	{ .name = text, .error = HOSTCLOCK_PAGE_##code,			\
	  .offset = offsetof(struct scene, member),			\
	  .size = sizeof_field(struct scene, member), .value = (val),	\
	  .scaled = true }

/* The good page: 2.6 GHz, shift 31; see good() */
#define MULT		825955249ULL
#define SNSEC_END	(1000000000ULL << 31)
#define MONO_NS		1000000000000LL		/* 1000 s */
#define RAW_NS		2000000000000LL		/* 2000 s */
/* 2^63 / 10^9 s less 30 years of 365 days */
#define REAL_END_SEC	(9223372036LL - 946080000)
#define REAL_END_NS	(REAL_END_SEC * 1000000000LL)
/* 10^9 << 31 / 2.6 * 10^9, less and more an eighth; rounded inwards */
#define MULT_LEAST	722710844ULL
#define MULT_MOST	929199655ULL

static const struct rule_row rule_rows[] = {
	ROW("clock page, good", OK, cp.magic, HOSTCLOCK_CLOCK_MAGIC),
	ROW("clock page, magic 0", CLOCK_MAGIC, cp.magic, 0),
	ROW("clock page, magic in the wrong byte order", CLOCK_MAGIC, cp.magic, 0x48434c4b),
	ROW("clock page, version 0", CLOCK_VERSION, cp.version, 0),
	ROW("clock page, version 2", CLOCK_VERSION, cp.version, 2),
	ROW("clock page, a byte short", CLOCK_SIZE, cp.size, 319),
	ROW("clock page, a byte more than we know", OK, cp.size, 321),
	ROW("clock page, the whole page filled", OK, cp.size, 4096),
	ROW("clock page, larger than a page", CLOCK_SIZE, cp.size, 4097),
	ROW("clock page, unknown format", CLOCK_FORMAT, cp.format, 2),
	ROW("clock page, UTC-SLS", OK, cp.smear, 2),
	ROW("clock page, unknown smear", CLOCK_SMEAR, cp.smear, 3),
	ROW("clock page, ARM's counter", CLOCK_COUNTER, cp.counter_id, 0),
	ROW("clock page, no counter", CLOCK_COUNTER, cp.counter_id, 0xff),
	ROW("clock page, 0 Hz", CLOCK_HZ, cp.counter_hz, 0),
	ROW("clock page, just below 1 MHz", CLOCK_HZ, cp.counter_hz, 999999),
	ROW("clock page, just above 10 GHz", CLOCK_HZ, cp.counter_hz, 10000000001ULL),
	ROW("clock page, unknown feature bits", OK, cp.features, U64_MAX),
	ROW("clock page, something in reserved space", OK, cp.reserved1[0], 0xff),
	SCALED_ROW("clock page, scaled, good", OK, cp.version, 1),
	SCALED_ROW("clock page, scaled, not 10^9 Hz", CLOCK_HZ_SCALED, cp.counter_hz, 1000000001),
	ROW("set, epoch 0", PARAMS_EPOCH, p.epoch, 0),
	ROW("set, epoch all ones", PARAMS_EPOCH, p.epoch, U64_MAX),
	ROW("set, largest epoch", OK, p.epoch, U64_MAX - 1),
	ROW("set, shift 0", PARAMS_SHIFT, p.shift, 0),
	ROW("set, shift 32", PARAMS_SHIFT, p.shift, 32),
	ROW("set, shift all ones", PARAMS_SHIFT, p.shift, U32_MAX),
	ROW("set, mult 0", PARAMS_MULT, p.mult, 0),
	ROW("set, mult an eighth less", OK, p.mult, MULT_LEAST),
	ROW("set, mult more than an eighth less", PARAMS_RATE, p.mult, MULT_LEAST - 1),
	ROW("set, mult an eighth more", OK, p.mult, MULT_MOST),
	ROW("set, mult more than an eighth more", PARAMS_RATE, p.mult, MULT_MOST + 1),
	ROW("set, mult all ones", PARAMS_RATE, p.mult, U32_MAX),
	ROW("set, raw_mult 0", PARAMS_RAW_MULT, p.raw_mult, 0),
	ROW("set, raw_mult an eighth less", OK, p.raw_mult, MULT_LEAST),
	ROW("set, raw_mult more than an eighth less", PARAMS_RAW_RATE, p.raw_mult, MULT_LEAST - 1),
	ROW("set, raw_mult an eighth more", OK, p.raw_mult, MULT_MOST),
	ROW("set, raw_mult more than an eighth more", PARAMS_RAW_RATE, p.raw_mult, MULT_MOST + 1),
	SCALED_ROW("set, scaled, raw_mult not 1 << shift", PARAMS_RAW_SCALED, p.raw_mult,
		   (1ULL << 31) + 1),
	ROW("set, mono_sec too great", PARAMS_MONO_SEC, p.mono_sec, 9223372036ULL),
	ROW("set, mono_sec negative", PARAMS_MONO_SEC, p.mono_sec, -1ULL),
	ROW("set, mono_snsec the greatest", OK, p.mono_snsec, SNSEC_END - 1),
	ROW("set, mono_snsec a second", PARAMS_MONO_SNSEC, p.mono_snsec, SNSEC_END),
	ROW("set, raw_sec the greatest", OK, p.raw_sec, 9223372035ULL),
	ROW("set, raw_sec too great", PARAMS_RAW_SEC, p.raw_sec, 9223372036ULL),
	ROW("set, raw_snsec the greatest", OK, p.raw_snsec, SNSEC_END - 1),
	ROW("set, raw_snsec a second", PARAMS_RAW_SNSEC, p.raw_snsec, SNSEC_END),
	ROW("set, max_cycles 0: always the long way", OK, p.max_cycles, 0),
	ROW("set, max_cycles the greatest", OK, p.max_cycles, U64_MAX / MULT),
	ROW("set, max_cycles one too great", PARAMS_MAX_CYCLES, p.max_cycles, U64_MAX / MULT + 1),
	ROW("set, REALTIME 0", OK, p.wall_offset_ns, -MONO_NS),
	ROW("set, REALTIME before 1970", PARAMS_WALL, p.wall_offset_ns, -MONO_NS - 1),
	ROW("set, the last REALTIME that Linux takes", OK, p.wall_offset_ns,
	    REAL_END_NS - MONO_NS - 1),
	ROW("set, REALTIME a ns later", PARAMS_WALL, p.wall_offset_ns, REAL_END_NS - MONO_NS),
	ROW("set, the greatest wall offset", PARAMS_WALL, p.wall_offset_ns, S64_MAX),
	ROW("set, the least wall offset", PARAMS_WALL, p.wall_offset_ns, S64_MIN),
	ROW("set, BOOTTIME 0", OK, p.boot_offset_ns, -MONO_NS),
	ROW("set, BOOTTIME negative", PARAMS_BOOT, p.boot_offset_ns, -MONO_NS - 1),
	ROW("set, BOOTTIME beyond 63 bits", PARAMS_BOOT, p.boot_offset_ns, S64_MAX - MONO_NS),
	ROW("set, TAI offset 100000", OK, p.tai_offset_sec, 100000),
	ROW("set, TAI offset 100001", PARAMS_TAI, p.tai_offset_sec, 100001),
	ROW("set, TAI offset -100000", OK, p.tai_offset_sec, (u32)-100000),
	ROW("set, TAI offset -100001", PARAMS_TAI, p.tai_offset_sec, (u32)-100001),
	ROW("set, TAI offset the least", PARAMS_TAI, p.tai_offset_sec, 1U << 31),
	ROW("set, unknown flags", OK, p.flags, 0xffff),
	ROW("set, status unreliable", OK, p.status, 4),
	ROW("set, unknown status", PARAMS_STATUS, p.status, 5),
	ROW("set, leap indicator the greatest", OK, p.leap_indicator, 5),
	ROW("set, unknown leap indicator", PARAMS_LEAP, p.leap_indicator, 6),
	ROW("set, leap_sec without a leap", PARAMS_LEAP_SEC, p.leap_sec, 1),
	ROW("set, error bounds unknown", OK, p.maxerror_ns, U64_MAX),
	ROW("set, valid for ever", OK, p.valid_ns, U64_MAX),
	ROW("guest page, magic 0", GUEST_MAGIC, gp.magic, 0),
	ROW("guest page, a clock page's magic", GUEST_MAGIC, gp.magic, HOSTCLOCK_CLOCK_MAGIC),
	ROW("guest page, version 2", GUEST_VERSION, gp.version, 2),
	ROW("guest page, a byte short", GUEST_SIZE, gp.size, 255),
	ROW("guest page, a byte more than we know", OK, gp.size, 257),
	ROW("guest page, larger than a page", GUEST_SIZE, gp.size, 4097),
	ROW("guest page, unknown format", GUEST_FORMAT, gp.clock_format, 2),
	ROW("guest page, unknown smear", GUEST_SMEAR, gp.clock_smear, 3),
	ROW("guest page, unknown policy", GUEST_POLICY, gp.mono_policy, 3),
	ROW("guest page, unknown cause: only informs", OK, gp.cause, 0xff),
	ROW("guest page, epoch 0", GUEST_EPOCH, gp.epoch, 0),
	ROW("guest page, epoch all ones", GUEST_EPOCH, gp.epoch, U64_MAX),
	ROW("pair, another format", PAIR_FORMAT, gp.clock_format, 1),
	ROW("pair, another smear", PAIR_SMEAR, gp.clock_smear, 1),
	ROW("pair, MONOTONIC 0", OK, gp.mono_offset_ns, -MONO_NS),
	ROW("pair, MONOTONIC negative", PAIR_MONO, gp.mono_offset_ns, -MONO_NS - 1),
	ROW("pair, MONOTONIC the greatest", OK, gp.mono_offset_ns, S64_MAX - MONO_NS - 1),
	ROW("pair, MONOTONIC beyond 63 bits", PAIR_MONO, gp.mono_offset_ns, S64_MAX - MONO_NS),
	ROW("pair, RAW 0", OK, gp.raw_offset_ns, -RAW_NS),
	ROW("pair, RAW negative", PAIR_RAW, gp.raw_offset_ns, -RAW_NS - 1),
	ROW("pair, RAW beyond 63 bits", PAIR_RAW, gp.raw_offset_ns, S64_MAX - RAW_NS),
	ROW("vmclock, magic 0", VMCLOCK_MAGIC, gp.vmclock.magic, 0),
	ROW("vmclock, a byte short", VMCLOCK_SIZE, gp.vmclock.size, 111),
	ROW("vmclock, just its own size", OK, gp.vmclock.size, 112),
	ROW("vmclock, a region of 1 GiB", OK, gp.vmclock.size, 1U << 30),
	ROW("vmclock, version 2", VMCLOCK_VERSION, gp.vmclock.version, 2),
	ROW("vmclock, no counter", VMCLOCK_COUNTER, gp.vmclock.counter_id, 0xff),
	ROW("vmclock, MONOTONIC", VMCLOCK_TIME_TYPE, gp.vmclock.time_type, 2),
	ROW("vmclock, shift 127", OK, gp.vmclock.counter_period_shift, 127),
	ROW("vmclock, shift 128", VMCLOCK_SHIFT, gp.vmclock.counter_period_shift, 128),
	ROW("vmclock, period 0", VMCLOCK_PERIOD, gp.vmclock.counter_period_frac_sec, 0),
	ROW("vmclock, the last second", OK, gp.vmclock.time_sec, REAL_END_SEC - 1),
	ROW("vmclock, a second later", VMCLOCK_SEC, gp.vmclock.time_sec, REAL_END_SEC),
	ROW("vmclock, unknown flags", OK, gp.vmclock.flags, U64_MAX),
};

static void good(struct scene *s, bool scaled)
{
	u32 mult = scaled ? 1U << 31 : MULT;

	memset(s, 0, sizeof(*s));
	s->cp.magic = htole32(HOSTCLOCK_CLOCK_MAGIC);
	s->cp.version = htole16(HOSTCLOCK_VERSION);
	s->cp.size = htole16(sizeof(s->cp));
	s->cp.format = scaled ? HOSTCLOCK_FORMAT_SCALED : HOSTCLOCK_FORMAT_UNSCALED;
	s->cp.counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	s->cp.counter_hz = htole64(scaled ? 1000000000ULL : 2600000000ULL);
	s->p.epoch = htole64(1);
	s->p.shift = htole32(31);
	s->p.mult = htole32(mult);
	s->p.raw_mult = htole32(mult);
	s->p.max_cycles = htole64(1000000);
	s->p.mono_sec = htole64(1000);
	s->p.raw_sec = htole64(2000);
	s->p.flags = htole16(HOSTCLOCK_PARAMS_TAI_VALID);
	s->gp.magic = htole32(HOSTCLOCK_GUEST_MAGIC);
	s->gp.version = htole16(HOSTCLOCK_VERSION);
	s->gp.size = htole16(sizeof(s->gp));
	s->gp.epoch = htole64(1);
	s->gp.clock_format = s->cp.format;
	s->gp.vmclock.magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	s->gp.vmclock.size = htole32(HOSTCLOCK_PAGE_SIZE);
	s->gp.vmclock.version = htole16(1);
	s->gp.vmclock.counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	s->gp.vmclock.counter_period_frac_sec = htole64(1);
}

static void store(struct scene *s, const struct rule_row *row)
{
	void *to = (void *)s + row->offset;

	switch (row->size) {
	case 1:
		*(u8 *)to = row->value;
		break;
	case 2:
		*(__le16 *)to = htole16(row->value);
		break;
	case 4:
		*(__le32 *)to = htole32(row->value);
		break;
	default:
		*(__le64 *)to = htole64(row->value);
	}
	/* rows about one field may need another to match */
	if (row->offset == offsetof(struct scene, cp.smear))
		s->gp.clock_smear = s->cp.smear;
}

static enum hostclock_page_error validate(const struct scene *s)
{
	enum hostclock_page_error error;

	error = hostclock_validate_clock_page_header(&s->cp, HOSTCLOCK_COUNTER_X86_TSC);
	if (!error)
		error = hostclock_validate_params(&s->cp, &s->p);
	if (!error)
		error = hostclock_validate_guest_page(&s->gp);
	if (!error)
		error = hostclock_validate_pair(&s->cp, &s->p, &s->gp);
	if (!error)
		error = hostclock_validate_vmclock(&s->gp.vmclock, HOSTCLOCK_COUNTER_X86_TSC);
	return error;
}

KUNIT_ARRAY_PARAM_DESC(rule, rule_rows, name);

static void rule_test(struct kunit *test)
{
	const struct rule_row *row = test->param_value;
	struct scene s;

	good(&s, row->scaled);
	KUNIT_ASSERT_EQ(test, validate(&s), HOSTCLOCK_PAGE_OK);
	store(&s, row);
	KUNIT_EXPECT_EQ(test, validate(&s), row->error);
}

/* Rules that take two fields to break, or to obey. */
static void rule_pairs_test(struct kunit *test)
{
	struct scene s;

	good(&s, false);
	s.p.flags = 0;
	s.p.tai_offset_sec = htole32(100001);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_OK);
	s.p.leap_indicator = HOSTCLOCK_LEAP_PRE_POS;
	s.p.leap_sec = htole64(REAL_END_SEC - 1);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_OK);
	s.p.leap_sec = htole64(REAL_END_SEC);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_PARAMS_LEAP_SEC);
	s.p.leap_sec = 0;
	/* the greatest mono_sec, at REALTIME 0 */
	s.p.mono_sec = htole64(9223372035ULL);
	s.p.wall_offset_ns = htole64(-9223372035000000000LL);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_OK);
	s.p.raw_snsec = htole64(SNSEC_END - 1);
	s.p.max_cycles = htole64((U64_MAX - SNSEC_END + 1) / MULT);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_OK);
	s.p.max_cycles = htole64((U64_MAX - SNSEC_END + 1) / MULT + 1);
	KUNIT_EXPECT_EQ(test, validate(&s), HOSTCLOCK_PAGE_PARAMS_MAX_CYCLES);
}

/* Every rule has a row, and words of its own. */
static void rule_complete_test(struct kunit *test)
{
	int error, other;
	size_t row;

	for (error = HOSTCLOCK_PAGE_CLOCK_MAGIC; error < HOSTCLOCK_PAGE_ERRORS; error++) {
		for (row = 0; row < ARRAY_SIZE(rule_rows); row++)
			if (rule_rows[row].error == error)
				break;
		KUNIT_EXPECT_LT_MSG(test, row, ARRAY_SIZE(rule_rows), "no row: %s",
				    hostclock_page_strerror(error));
		for (other = 0; other < error; other++)
			KUNIT_EXPECT_STRNEQ(test, hostclock_page_strerror(error),
					    hostclock_page_strerror(other));
	}
	KUNIT_EXPECT_STREQ(test, hostclock_page_strerror(HOSTCLOCK_PAGE_ERRORS), "unknown error");
	KUNIT_EXPECT_STREQ(test, hostclock_page_strerror(-1), "unknown error");
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE_PARAM(rule_test, rule_gen_params),
	KUNIT_CASE(rule_pairs_test),
	KUNIT_CASE(rule_complete_test),
	{}
};

struct kunit_suite hostclock_validate_suite = {
	.name = "hostclock-validate",
	.test_cases = validate_cases,
};
