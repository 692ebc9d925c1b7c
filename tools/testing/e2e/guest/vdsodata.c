// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the kernel's data for the vDSO have it multiply a reading: a counter of
 * nanoseconds needs none, which max_cycles, 0 then, tells it.  Nothing but the time that
 * a reading takes would show otherwise.  [vvar] begins with the kernel's own page, which
 * processes may read; where in it a clock is differs from version to version.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "check.h"
#include "mapped.h"

#define PAGE_BYTES	4096
/* CS_HRES_COARSE and CS_RAW; auxiliary clocks come behind them. */
#define CLOCKS		2
/* More than there are values of enum vdso_clock_mode. */
#define MODES		16

/* The beginning of the kernel's struct vdso_data, or from 6.15 on struct vdso_clock. */
struct clock_data {
	uint32_t seq;
	int32_t clock_mode;
	uint64_t cycle_last;
	uint64_t max_cycles;	/* not before 6.10 */
	uint64_t mask;
	uint32_t mult;
	uint32_t shift;
};

/* The counters that the vDSO reads here have 64 bits. */
static bool is_clock(const volatile struct clock_data *c)
{
	return c->mask == UINT64_MAX && c->mult && c->shift && c->shift < 32 &&
	       c->clock_mode > 0 && c->clock_mode < MODES;
}

static void check_clock(int i, const volatile struct clock_data *c, bool multiplies)
{
	char label[80];

	note("clock mode %d, max_cycles %#llx, mult %#x, shift %u", c->clock_mode,
	     (unsigned long long)c->max_cycles, c->mult, c->shift);
	snprintf(label, sizeof(label), "%s: the vDSO %s", i ? "RAW" : "the others",
		 multiplies ? "multiplies in 64 bits" : "need not multiply");
	if (multiplies)
		check(c->max_cycles, label, "max_cycles is 0");
	else
		check(!c->max_cycles && c->mult == 1ULL << c->shift, label,
		      "max_cycles %#llx, mult %#x, shift %u",
		      (unsigned long long)c->max_cycles, c->mult, c->shift);
}

static bool has_max_cycles(void)
{
	unsigned int major, minor;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		die("uname");
	return major > 6 || (major == 6 && minor >= 10);
}

int main(int argc, char **argv)
{
	/* It does if the clocksource is another one, as the TSC */
	bool multiplies = argc > 1 && !strcmp(argv[1], "--multiplies");
	struct mapped vvar;
	int found = 0;

	if (!has_max_cycles()) {
		check_skip("what the vDSO multiplies", "no max_cycles before 6.10");
		return check_status();
	}
	if (!find_mapped("[vvar]", &vvar))
		die("no [vvar] in /proc/self/maps");
	for (size_t at = 0; at + sizeof(struct clock_data) <= PAGE_BYTES && found < CLOCKS;
	     at += sizeof(uint64_t)) {
		const volatile struct clock_data *c = (const void *)(vvar.start + at);

		if (is_clock(c))
			check_clock(found++, c, multiplies);
	}
	check(found == CLOCKS, "the vDSO's data have two clocks", "%d", found);
	return check_status();
}
