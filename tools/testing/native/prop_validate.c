// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Validation of pages with anything in any field. The rules are stated here once
 * more, each by itself and in wide arithmetic; the first broken one must be named.
 */
#include <hostclock/mult_shift.h>
#include <hostclock/validate.h>
#include <inttypes.h>
#include <string.h>

#include "prop.h"

#define SEC 1000000000

struct pages {
	struct hostclock_clock_page cp;
	struct hostclock_params *p;
	struct hostclock_guest_page gp;
};

struct rule {
	enum hostclock_page_error error;
	bool (*broken)(const struct pages *s);
};

#define RULE(name, code, cond)						\
	static bool name(const struct pages *s)				\
	{								\
		const struct hostclock_clock_page *cp = &s->cp;		\
		const struct hostclock_guest_page *gp = &s->gp;		\
		const struct hostclock_params *p = s->p;		\
									\
		(void)cp;						\
		(void)gp;						\
		(void)p;						\
		return cond;						\
	}								\
	static const struct rule rule_##name = { HOSTCLOCK_PAGE_##code, name }

static bool off_rate(const struct hostclock_clock_page *cp, u32 mult, u32 shift)
{
	s128 nominal = (s128)SEC << shift;
	s128 off = (s128)mult * le64toh(cp->counter_hz) - nominal;

	return (off < 0 ? -off : off) > nominal / 8;
}

static s128 mono_of(const struct hostclock_params *p)
{
	return (s128)le64toh(p->mono_sec) * SEC + (le64toh(p->mono_snsec) >> le32toh(p->shift));
}

static s128 raw_of(const struct hostclock_params *p)
{
	return (s128)le64toh(p->raw_sec) * SEC + (le64toh(p->raw_snsec) >> le32toh(p->shift));
}

static bool overflows(const struct hostclock_params *p, u32 mult, u64 snsec)
{
	return ((u128)le64toh(p->max_cycles) * mult + snsec) >> 64;
}

RULE(clock_magic, CLOCK_MAGIC, memcmp(&cp->magic, "HCLK", 4));
RULE(clock_version, CLOCK_VERSION, le16toh(cp->version) != 1);
RULE(clock_size, CLOCK_SIZE, le16toh(cp->size) < 320 || le16toh(cp->size) > 4096);
RULE(clock_format, CLOCK_FORMAT, cp->format != 0 && cp->format != 1);
RULE(clock_smear, CLOCK_SMEAR, cp->smear >= 3);
RULE(clock_counter, CLOCK_COUNTER, cp->counter_id != 1);
RULE(clock_hz, CLOCK_HZ, le64toh(cp->counter_hz) < 1000000 ||
	le64toh(cp->counter_hz) > 10000000000ULL);
RULE(clock_hz_scaled, CLOCK_HZ_SCALED, cp->format == 1 && le64toh(cp->counter_hz) != SEC);
RULE(set_epoch, PARAMS_EPOCH, p->epoch == 0 || le64toh(p->epoch) == UINT64_MAX);
RULE(set_shift, PARAMS_SHIFT, le32toh(p->shift) < 1 || le32toh(p->shift) > 31);
RULE(set_mult, PARAMS_MULT, !p->mult);
RULE(set_rate, PARAMS_RATE, off_rate(cp, le32toh(p->mult), le32toh(p->shift)));
RULE(set_raw_mult, PARAMS_RAW_MULT, !p->raw_mult);
RULE(set_raw_rate, PARAMS_RAW_RATE, off_rate(cp, le32toh(p->raw_mult), le32toh(p->shift)));
RULE(set_raw_scaled, PARAMS_RAW_SCALED, cp->format == 1 &&
	le32toh(p->raw_mult) != 1ULL << le32toh(p->shift));
RULE(set_mono_sec, PARAMS_MONO_SEC, ((u128)le64toh(p->mono_sec) + 1) * SEC > INT64_MAX);
RULE(set_mono_snsec, PARAMS_MONO_SNSEC, le64toh(p->mono_snsec) >> le32toh(p->shift) >= SEC);
RULE(set_raw_sec, PARAMS_RAW_SEC, ((u128)le64toh(p->raw_sec) + 1) * SEC > INT64_MAX);
RULE(set_raw_snsec, PARAMS_RAW_SNSEC, le64toh(p->raw_snsec) >> le32toh(p->shift) >= SEC);
RULE(set_max_cycles, PARAMS_MAX_CYCLES,
	overflows(p, le32toh(p->mult), le64toh(p->mono_snsec)) ||
	overflows(p, le32toh(p->raw_mult), le64toh(p->raw_snsec)));
RULE(set_wall, PARAMS_WALL, mono_of(p) + (s64)le64toh(p->wall_offset_ns) < 0 ||
	mono_of(p) + (s64)le64toh(p->wall_offset_ns) >=
	(s128)(9223372036LL - 946080000) * SEC);
RULE(set_boot, PARAMS_BOOT, mono_of(p) + (s64)le64toh(p->boot_offset_ns) < 0 ||
	mono_of(p) + (s64)le64toh(p->boot_offset_ns) >= INT64_MAX);
RULE(set_tai, PARAMS_TAI, (le16toh(p->flags) & 1) &&
	((s64)(s32)le32toh(p->tai_offset_sec) > 100000 ||
	 (s64)(s32)le32toh(p->tai_offset_sec) < -100000));
RULE(set_status, PARAMS_STATUS, p->status >= 5);
RULE(set_leap, PARAMS_LEAP, p->leap_indicator >= 6);
RULE(set_leap_sec, PARAMS_LEAP_SEC, (!p->leap_indicator && p->leap_sec) ||
	le64toh(p->leap_sec) >= 9223372036ULL - 946080000);
RULE(guest_magic, GUEST_MAGIC, memcmp(&gp->magic, "HCGP", 4));
RULE(guest_version, GUEST_VERSION, le16toh(gp->version) != 1);
RULE(guest_size, GUEST_SIZE, le16toh(gp->size) < 256 || le16toh(gp->size) > 4096);
RULE(guest_format, GUEST_FORMAT, gp->clock_format >= 2);
RULE(guest_smear, GUEST_SMEAR, gp->clock_smear >= 3);
RULE(guest_policy, GUEST_POLICY, gp->mono_policy >= 3);
RULE(guest_epoch, GUEST_EPOCH, gp->epoch == 0 || le64toh(gp->epoch) == UINT64_MAX);
RULE(pair_format, PAIR_FORMAT, cp->format != gp->clock_format);
RULE(pair_smear, PAIR_SMEAR, cp->smear != gp->clock_smear);
RULE(pair_mono, PAIR_MONO, mono_of(p) + (s64)le64toh(gp->mono_offset_ns) < 0 ||
	mono_of(p) + (s64)le64toh(gp->mono_offset_ns) >= INT64_MAX);
RULE(pair_raw, PAIR_RAW, raw_of(p) + (s64)le64toh(gp->raw_offset_ns) < 0 ||
	raw_of(p) + (s64)le64toh(gp->raw_offset_ns) >= INT64_MAX);
RULE(vm_magic, VMCLOCK_MAGIC, memcmp(&gp->vmclock.magic, "VCLK", 4));
RULE(vm_size, VMCLOCK_SIZE, le32toh(gp->vmclock.size) < 112);
RULE(vm_version, VMCLOCK_VERSION, le16toh(gp->vmclock.version) != 1);
RULE(vm_counter, VMCLOCK_COUNTER, gp->vmclock.counter_id != 1);
RULE(vm_type, VMCLOCK_TIME_TYPE, gp->vmclock.time_type >= 2);
RULE(vm_shift, VMCLOCK_SHIFT, gp->vmclock.counter_period_shift >= 128);
RULE(vm_period, VMCLOCK_PERIOD, !gp->vmclock.counter_period_frac_sec);
RULE(vm_sec, VMCLOCK_SEC, le64toh(gp->vmclock.time_sec) >= 9223372036ULL - 946080000);

static const struct rule * const header_rules[] = {
	&rule_clock_magic, &rule_clock_version, &rule_clock_size, &rule_clock_format,
	&rule_clock_smear, &rule_clock_counter, &rule_clock_hz, &rule_clock_hz_scaled, NULL
};

static const struct rule * const set_rules[] = {
	&rule_set_epoch, &rule_set_shift, &rule_set_mult, &rule_set_rate,
	&rule_set_raw_mult, &rule_set_raw_rate, &rule_set_raw_scaled,
	&rule_set_mono_sec, &rule_set_mono_snsec, &rule_set_raw_sec,
	&rule_set_raw_snsec, &rule_set_max_cycles, &rule_set_wall, &rule_set_boot,
	&rule_set_tai, &rule_set_status, &rule_set_leap, &rule_set_leap_sec, NULL
};

static const struct rule * const guest_rules[] = {
	&rule_guest_magic, &rule_guest_version, &rule_guest_size, &rule_guest_format,
	&rule_guest_smear, &rule_guest_policy, &rule_guest_epoch, NULL
};

static const struct rule * const pair_rules[] = {
	&rule_pair_format, &rule_pair_smear, &rule_pair_mono, &rule_pair_raw, NULL
};

static const struct rule * const vmclock_rules[] = {
	&rule_vm_magic, &rule_vm_size, &rule_vm_version, &rule_vm_counter,
	&rule_vm_type, &rule_vm_shift, &rule_vm_period, &rule_vm_sec, NULL
};

static enum hostclock_page_error first_broken(const struct pages *s,
					      const struct rule * const *rules)
{
	for (; *rules; rules++)
		if ((*rules)->broken(s))
			return (*rules)->error;
	return HOSTCLOCK_PAGE_OK;
}

static void make_guest(struct prop_case *c, struct pages *s)
{
	struct hostclock_vmclock *vc = &s->gp.vmclock;

	memset(&s->gp, 0, sizeof(s->gp));
	s->gp.magic = htole32(HOSTCLOCK_GUEST_MAGIC);
	s->gp.version = htole16(HOSTCLOCK_VERSION);
	s->gp.size = htole16(sizeof(s->gp) + prop_below(c, 2));
	s->gp.clock_format = prop_below(c, 8) ? s->cp.format : 1 - s->cp.format;
	s->gp.clock_smear = prop_below(c, 8) ? s->cp.smear : prop_below(c, 3);
	s->gp.mono_policy = prop_below(c, 3);
	s->gp.cause = prop_u64(c);
	s->gp.epoch = htole64(prop_wide(c));
	s->gp.mono_offset_ns = htole64(prop_swide(c));
	s->gp.raw_offset_ns = htole64(prop_swide(c));
	vc->magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	vc->size = htole32(112 + prop_below(c, 4096));
	vc->version = htole16(1);
	vc->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	vc->time_type = prop_below(c, 2);
	vc->counter_period_shift = prop_below(c, 128);
	vc->counter_period_frac_sec = htole64(1 + prop_below(c, ~0ULL));
	vc->time_sec = htole64(prop_below(c, HOSTCLOCK_REALTIME_MAX_SEC));
}

/* Changes one stretch of 1, 2, 4 or 8 bytes at random, sometimes. */
static void disturb(struct prop_case *c, void *page, size_t size)
{
	size_t bytes = 1ULL << prop_below(c, 4);
	u64 value = prop_u64(c) & 1 ? prop_wide(c) : (u64)prop_swide(c);
	u64 at = prop_below(c, size / bytes) * bytes;
	u64 old = 0;

	memcpy(&old, (char *)page + at, bytes);
	/* by one, or to anything */
	value = prop_below(c, 4) ? value : old + (prop_u64(c) & 1 ? 1 : -1);
	if (prop_below(c, 8))
		memcpy((char *)page + at, &value, bytes);
}

static bool check_validate(struct prop_case *c)
{
	enum hostclock_page_error got, want;
	struct pages s;

	prop_page(c, &s.cp);
	s.p = &s.cp.params[le32toh(s.cp.seq) / 2 % 2];
	make_guest(c, &s);
	disturb(c, &s.cp, 0x20);
	disturb(c, s.p, sizeof(*s.p));
	disturb(c, &s.gp, sizeof(s.gp));
	got = hostclock_validate_clock_page_header(&s.cp, HOSTCLOCK_COUNTER_X86_TSC);
	want = first_broken(&s, header_rules);
	if (!got && !want) {
		got = hostclock_validate_params(&s.cp, s.p);
		want = first_broken(&s, set_rules);
	}
	if (!got && !want) {
		got = hostclock_validate_guest_page(&s.gp);
		want = first_broken(&s, guest_rules);
	}
	if (!got && !want) {
		got = hostclock_validate_pair(&s.cp, s.p, &s.gp);
		want = first_broken(&s, pair_rules);
	}
	if (got != want)
		return prop_fail(c, "\"%s\", not \"%s\"", hostclock_page_strerror(got),
				 hostclock_page_strerror(want));
	return true;
}

static bool check_validate_vmclock(struct prop_case *c)
{
	enum hostclock_page_error got, want;
	struct pages s;

	prop_page(c, &s.cp);
	s.p = &s.cp.params[0];
	make_guest(c, &s);
	disturb(c, &s.gp.vmclock, sizeof(s.gp.vmclock));
	got = hostclock_validate_vmclock(&s.gp.vmclock, HOSTCLOCK_COUNTER_X86_TSC);
	want = first_broken(&s, vmclock_rules);
	if (got != want)
		return prop_fail(c, "\"%s\", not \"%s\"", hostclock_page_strerror(got),
				 hostclock_page_strerror(want));
	return true;
}

/* Each rule has words of its own, and what is no rule has some too. */
static bool check_strerror(struct prop_case *c)
{
	u64 a = prop_below(c, HOSTCLOCK_PAGE_ERRORS);
	u64 b = prop_below(c, HOSTCLOCK_PAGE_ERRORS + 2);
	const char *text = hostclock_page_strerror(b <= HOSTCLOCK_PAGE_ERRORS ? b : ~0U);

	if (!text || !*text || (a != b && !strcmp(text, hostclock_page_strerror(a))))
		return prop_fail(c, "%" PRIu64 " and %" PRIu64, a, b);
	return true;
}

const struct property validate_properties[] = {
	{ "validate", check_validate },
	{ "validate-vmclock", check_validate_vmclock },
	{ "strerror", check_strerror },
	{ NULL, NULL }
};
