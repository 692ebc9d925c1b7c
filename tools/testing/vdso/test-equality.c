// SPDX-License-Identifier: GPL-2.0
/*
 * The image gives exactly what the library's reader (the kernel's own) and the
 * generic arithmetic give for the same counter and the same pages.
 */
#include <string.h>

#include "test.h"
#include "vdso-offsets.h"

static u64 rng;

/* One set with any values that a host could publish, and some it could not. */
static void random_params(struct hostclock_params *p)
{
	u32 shift = 1 + random_below(&rng, 31);
	/* 1 MHz to 10 GHz: 1000 to 0.1 ns per count */
	u64 mult = ((1ULL << shift) * (1 + random_below(&rng, 10000)) / 10) | 1;

	p->epoch = htole64(0x1111);
	p->cycle_last = htole64(random_sized(&rng));
	p->shift = htole32(shift);
	p->mult = htole32(mult);
	p->raw_mult = htole32(mult + random_below(&rng, 1000));
	p->mono_sec = htole64(random_below(&rng, 1ULL << 33));
	p->raw_sec = htole64(random_below(&rng, 1ULL << 33));
	p->mono_snsec = htole64(random_below(&rng, HOSTCLOCK_NSEC_PER_SEC << shift));
	p->raw_snsec = htole64(random_below(&rng, HOSTCLOCK_NSEC_PER_SEC << shift));
	p->max_cycles = htole64(~(HOSTCLOCK_NSEC_PER_SEC << shift) /
				((u64)le32toh(p->raw_mult) + 1));
	if (!random_below(&rng, 16))
		p->max_cycles = htole64(random_u64(&rng));
}

/* Pages and what is accepted of them; mostly in agreement.  Returns a counter value to read at. */
static u64 random_pages(struct guest *g)
{
	struct hostclock_clock_page *cp = g->v.cp;
	u64 delta = random_sized(&rng), newest;
	u32 seq = random_u64(&rng);

	random_params(&cp->params[0]);
	random_params(&cp->params[1]);
	WRITE_ONCE(cp->seq, htole32(seq));
	newest = le64toh(cp->params[(seq >> 1) & 1].cycle_last);
	if (random_below(&rng, 4))
		cp->params[((seq >> 1) & 1) ^ 1].cycle_last =
			htole64(newest - random_below(&rng, 1ULL << 40));
	if (!random_below(&rng, 32))
		cp->params[random_below(&rng, 2)].epoch =
			htole64(random_below(&rng, 3) * 0x1000);
	g->v.gp->epoch = htole64(random_below(&rng, 64) ? 0x2222 : 0x2223);
	g->accepted.tsc_offset = random_sized(&rng);
	g->accepted.mono_offset = random_sized(&rng) >> 2;
	if (random_below(&rng, 2))
		g->accepted.mono_offset = -(g->accepted.mono_offset >> 8);
	g->accepted.raw_offset = random_sized(&rng) >> 2;
	if (!random_below(&rng, 8))
		delta = -(delta >> 24);
	return newest + g->accepted.tsc_offset + delta;
}

/* The kernel's last update: most often shortly before the counter's value. */
static u64 random_last(const struct guest *g, enum hostclock_counter which, u64 tsc)
{
	u64 c;

	hostclock_eval(g->v.cp, le32toh(g->v.cp->seq), g->v.gp, &g->accepted, which,
		       tsc, &c);
	/* not so far that the generic code would count the seconds for hours */
	if (random_below(&rng, 8))
		c -= random_sized(&rng) >> 24;
	else
		c += random_below(&rng, 1ULL << 20);
	return c & (~0ULL >> 1);
}

/* The kernel's base: most often one that the counter agrees with. */
static struct hostclock_vdso_base random_base(const struct guest *g,
					      enum hostclock_counter which, u64 tsc)
{
	struct hostclock_vdso_base base;

	base = guest_base(g, which, tsc, random_sized(&rng) >> 32);
	switch (random_below(&rng, 8)) {
	case 0:
		base.tsc += random_sized(&rng);
		break;
	case 1:
		base.mult += random_below(&rng, base.mult / 1024 + 1);
		break;
	case 2:
		base.ns += random_sized(&rng) >> 30;
		break;
	case 3:
		base.ns -= random_sized(&rng) >> 30;
		break;
	}
	return base;
}

static void random_timekeeping(struct guest *g, u64 tsc)
{
	struct timekeeping *tk = &g->tk;
	u64 second = HOSTCLOCK_NSEC_PER_SEC;

	tk->shift = random_below(&rng, 4) ? 23 : 8 + random_below(&rng, 17);
	tk->mult = 1 << tk->shift;
	if (!random_below(&rng, 4))	/* steered by the guest's own NTP */
		tk->mult += random_below(&rng, tk->mult / 16) - tk->mult / 32;
	tk->raw_mult = 1 << tk->shift;
	tk->max_cycles = ~0ULL / (tk->mult + tk->mult * 11ULL / 100);
	tk->cycle_last = random_last(g, tk->mode == VDSO_MODE_HOSTCLOCK_RAW ?
				     HOSTCLOCK_RAW : HOSTCLOCK_MONO, tsc);
	tk->raw_cycle_last = random_last(g, HOSTCLOCK_RAW, tsc);
	tk->base[HOSTCLOCK_MONO] = random_base(g, tk->mode == VDSO_MODE_HOSTCLOCK_RAW ?
					       HOSTCLOCK_RAW : HOSTCLOCK_MONO, tsc);
	tk->base[HOSTCLOCK_RAW] = random_base(g, HOSTCLOCK_RAW, tsc);
	tk->real_sec = random_below(&rng, 1ULL << 33);
	tk->real_snsec = random_below(&rng, second << tk->shift);
	tk->wtm_sec = -(s64)random_below(&rng, tk->real_sec + 1);
	tk->wtm_nsec = random_below(&rng, second);
	tk->boot_sec = random_below(&rng, 1ULL << 32);
	tk->boot_nsec = random_below(&rng, second);
	tk->tai_sec = random_below(&rng, 64);
	tk->raw_sec = random_below(&rng, 1ULL << 33);
	tk->raw_snsec = random_below(&rng, second << tk->shift);
}

/* Random cases, each with one of the clocks; a tenth and more must be times. */
static const char *random_cases(struct guest *g, u64 cases)
{
	u64 tsc = 0, times = 0, syscalls = 0;
	const char *why = NULL;

	intercept_tsc_value(&tsc);
	for (u64 i = 0; i < cases && !why; i++) {
		clockid_t id = guest_clocks[i % GUEST_CLOCKS];
		struct reading r;

		tsc = random_pages(g);
		random_timekeeping(g, tsc);
		guest_update(g);
		r = guest_read(g, id);
		times += !r.syscall;
		syscalls += r.syscall;
		why = check_reading(g, id, tsc, &r);
	}
	if (!why && (times < cases / 10 || syscalls < cases / 100))
		return failure("a lopsided sample: %llu times, %llu system calls",
			       (unsigned long long)times,
			       (unsigned long long)syscalls);
	return why;
}

static const char *follow(struct guest *g)
{
	rng = options.seed;
	return random_cases(g, options.cases);
}

/* Mode raw: the guest's own NTP steers a counter that nobody else does. */
static const char *raw(struct guest *g)
{
	rng = options.seed + 1;
	g->tk.mode = VDSO_MODE_HOSTCLOCK_RAW;
	return random_cases(g, options.cases / 4);
}

static const char *in_timens(struct guest *g)
{
	struct timens ns = { -1000, 5000000, 999999999, 123456789 };
	struct vvar saved = g->v;
	const char *why;

	rng = options.seed + 2;
	g->ns = ns;
	vvar_enter_timens(&g->v, ns.mono_sec, ns.mono_nsec, ns.boot_sec,
			  ns.boot_nsec);
	why = random_cases(g, options.cases / 4);
	memcpy(saved.data, g->v.data, 2 * VD_SIZE);
	g->v = saved;
	return why;
}

/* That the harness itself is right: the modes that the kernel has had before. */
static const char *tsc_mode(struct guest *g)
{
	const char *why = NULL;
	u64 tsc = 0;

	rng = options.seed + 3;
	g->tk.mode = VDSO_MODE_TSC;
	g->tk.raw_mode = VDSO_MODE_TSC;
	intercept_tsc_value(&tsc);
	for (u64 i = 0; i < options.cases / 10 && !why; i++) {
		clockid_t id = guest_clocks[i % GUEST_CLOCKS];
		struct reading r;

		random_timekeeping(g, 0);
		tsc = random_u64(&rng) >> 2;
		g->tk.cycle_last = tsc - (random_sized(&rng) >> 20);
		g->tk.raw_cycle_last = g->tk.cycle_last;
		guest_update(g);
		r = guest_read(g, id);
		why = check_reading(g, id, tsc, &r);
	}
	return why;
}

static void random_pvclock(struct guest *g, u64 tsc)
{
	u64 start = tsc - (random_sized(&rng) >> 24);
	u64 base = random_u64(&rng) >> 8 | 1ULL << 50;	/* above what is taken off */
	u32 mul = random_u64(&rng) | 1U << 31;

	memcpy(g->v.pvclock + PV_TSC_TIMESTAMP, &start, sizeof(start));
	memcpy(g->v.pvclock + PV_SYSTEM_TIME, &base, sizeof(base));
	memcpy(g->v.pvclock + PV_MUL, &mul, sizeof(mul));
	g->v.pvclock[PV_SHIFT] = -(int)random_below(&rng, 4);
	g->v.pvclock[PV_FLAGS] = PV_FLAG_TSC_STABLE;
	g->tk.cycle_last = base - (random_sized(&rng) >> 20);
	g->tk.raw_cycle_last = g->tk.cycle_last;
}

static const char *pvclock_mode(struct guest *g)
{
	const char *why = NULL;
	u64 tsc = 0;

	rng = options.seed + 4;
	g->tk.mode = VDSO_MODE_PVCLOCK;
	g->tk.raw_mode = VDSO_MODE_PVCLOCK;
	intercept_tsc_value(&tsc);
	for (u64 i = 0; i < options.cases / 10 && !why; i++) {
		clockid_t id = guest_clocks[i % GUEST_CLOCKS];
		struct reading r;

		tsc = random_u64(&rng) >> 2;
		random_timekeeping(g, 0);
		random_pvclock(g, tsc);
		guest_update(g);
		r = guest_read(g, id);
		why = check_reading(g, id, tsc, &r);
	}
	return why;
}

const struct test equality_tests[] = {
	{ "image equals model, mode TSC", tsc_mode },
	{ "image equals model, mode pvclock", pvclock_mode },
	{ "image equals kernel's reader, following", follow },
	{ "image equals kernel's reader, raw", raw },
	{ "image equals kernel's reader, time namespace", in_timens },
	{ NULL, NULL }
};
