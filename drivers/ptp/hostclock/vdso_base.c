// SPDX-License-Identifier: GPL-2.0-only
/*
 * The base that the vDSO holds its readings to, which is the kernel's own: were they two,
 * readings could be twice as far apart.
 */
#include <linux/types.h>

#include "counter.h"
#include "vdso_base.h"

/* In the timekeeper's write section: has the base been renewed in this one? */
static bool hostclock_vdso_base_fresh;

/**
 * hostclock_vdso_base_get - where a counter is now, for the vDSO
 * @which: counter
 * @base: where to put it
 *
 * The base is renewed for the first of the counters that an update asks for: the vCPU may
 * not run for a while before the next.
 *
 * Context: the timekeeper's write section.
 */
void hostclock_vdso_base_get(enum hostclock_counter which, struct hostclock_vdso_base *base)
{
	struct hostclock_read_base rb;

	if (!hostclock_vdso_base_fresh)
		hostclock_vdso_base_renew();
	hostclock_vdso_base_fresh = true;
	hostclock_read_base_get(&rb);
	*base = rb.base[which];
}

/**
 * hostclock_vdso_updated - the vDSO has its bases; the next update gets others
 *
 * Context: the timekeeper's write section.
 */
void hostclock_vdso_updated(void)
{
	hostclock_vdso_base_fresh = false;
}
