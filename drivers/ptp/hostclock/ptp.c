// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PTP clock.  It gives TAI, as PTP clocks do, and cannot be set.
 *
 * Cross timestamps (PTP_SYS_OFFSET_PRECISE) are given whatever the kernel's
 * clocksource is, because an NTP daemon stays with the first method that works.  They are exact
 * if the clocksource's value can be converted to the counter's; otherwise they are for
 * the middle of the shortest of several tries.
 *
 * It is registered once and stays, even without a device: posix_clock_register() of
 * kernels before "posix-clock: Set the device before it can be opened" lets files be
 * opened that do not hold a reference to the clock, but drop one, so it must not be done
 * again and again while somebody opens the clock.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/rwsem.h>

#include "accepted.h"
#include "counter.h"
#include "page.h"
#include "ptp.h"
#include "readings.h"
#include "sets.h"
#include "systime.h"
#include "transport.h"

static struct ptp_clock *hostclock_ptp;

/* Are there pages to read?  Held by who reads them. */
static DECLARE_RWSEM(hostclock_ptp_rwsem);
static bool hostclock_ptp_started;

/* An interrupt may hit some of these. */
#define HOSTCLOCK_CROSS_TRIES	8

/* Close enough: at least 1 us by any TSC up to 4 GHz */
#define HOSTCLOCK_CROSS_TICKS	4000

static int hostclock_ptp_snapshot(struct hostclock_snapshot *c)
{
	hostclock_check_pages();
	if (hostclock_take_snapshot(c))
		return -EAGAIN;
	if (!(le16_to_cpu(c->params.flags) & HOSTCLOCK_PARAMS_TAI_VALID))
		return -ENODATA;
	return 0;
}

/* TAI at a guest TSC value, ns */
static u64 hostclock_tai_ns(const struct hostclock_snapshot *c, u64 tsc)
{
	s64 tai_ns = (s64)(s32)le32_to_cpu(c->params.tai_offset_sec) * NSEC_PER_SEC;

	return hostclock_params_counter(&c->params, le64_to_cpu(c->guest.tsc_offset),
					HOSTCLOCK_MONO, tsc) +
	       le64_to_cpu(c->params.wall_offset_ns) + tai_ns;
}

static int hostclock_ptp_read(struct timespec64 *ts, struct ptp_system_timestamp *sts)
{
	struct hostclock_snapshot c;
	unsigned long flags;
	__le64 epoch;
	int ret;

	ret = hostclock_ptp_snapshot(&c);
	if (ret)
		return ret;
	epoch = c.params.epoch;
	/* Read once more, between the system's timestamps. */
	local_irq_save(flags);
	ptp_read_system_prets(sts);
	ret = hostclock_copy_params(c.cp, le64_to_cpu(c.guest.tsc_offset), &c.params,
				    &c.count, &c.tsc);
	ptp_read_system_postts(sts);
	local_irq_restore(flags);
	if (ret || c.params.epoch != epoch || hostclock_check_params(&c.clock, &c.params))
		return -EAGAIN;
	*ts = ns_to_timespec64(hostclock_tai_ns(&c, c.tsc));
	return 0;
}

static int hostclock_ptp_gettimex(struct ptp_clock_info *info,
				  struct timespec64 *ts,
				  struct ptp_system_timestamp *sts)
{
	int ret = -ENODEV;

	down_read(&hostclock_ptp_rwsem);
	if (hostclock_ptp_started)
		ret = hostclock_ptp_read(ts, sts);
	up_read(&hostclock_ptp_rwsem);
	return ret;
}

/* A snapshot of the system's clocks, and the TSC before and after */
struct hostclock_instant {
	struct system_time_snapshot snap;
	u64 before;
	u64 after;
};

static void hostclock_take_instant(struct hostclock_instant *t)
{
	unsigned long flags;

	local_irq_save(flags);
	t->before = hostclock_rdtsc();
	hostclock_systime_get(&t->snap);
	t->after = hostclock_rdtsc();
	local_irq_restore(flags);
}

/* The TSC value at which the guest's counter was ns, within the instant */
static u64 hostclock_tsc_between(enum hostclock_counter which, u64 ns,
				 const struct hostclock_instant *t)
{
	struct hostclock_read_base rb;
	u64 first_ns, last_ns;

	hostclock_read_base_get(&rb);
	ns -= which == HOSTCLOCK_RAW ? rb.accepted.raw_offset : rb.accepted.mono_offset;
	first_ns = hostclock_params_counter(&rb.params, rb.accepted.tsc_offset, which,
					    t->before);
	last_ns = hostclock_params_counter(&rb.params, rb.accepted.tsc_offset, which,
					   t->after);
	if (ns < first_ns || ns > last_ns || first_ns == last_ns)
		return t->before + (t->after - t->before) / 2;
	/* both factors are a few us at most unless the VM was stopped */
	return t->before + mul_u64_u64_div_u64(ns - first_ns,
					       t->after - t->before,
					       last_ns - first_ns);
}

/* The TSC value of the snapshot */
static u64 hostclock_instant_tsc(const struct hostclock_instant *t)
{
	u64 cycles = t->snap.cycles, tsc;

	if (hostclock_systime_tsc(&t->snap, &tsc))
		return tsc;
	if (hostclock_counter_in_use(HOSTCLOCK_RAW))
		return hostclock_tsc_between(HOSTCLOCK_RAW, cycles, t);
	/* a clocksource whose value is between the TSC's is the TSC */
	if (cycles >= t->before && cycles <= t->after)
		return cycles;
	return t->before + (t->after - t->before) / 2;
}

/* If the clocksource is ours, the host's MONOTONIC is its value less the offset. */
static bool hostclock_cross_follow(const struct hostclock_snapshot *c,
				   struct system_device_crosststamp *xt)
{
	struct hostclock_accepted before, after;
	struct system_time_snapshot snap;
	s64 tai_ns;

	hostclock_accepted_get(&before);
	hostclock_systime_get(&snap);
	hostclock_accepted_get(&after);
	if (!hostclock_counter_in_use(HOSTCLOCK_MONO) ||
	    memcmp(&before, &after, sizeof(before)) ||
	    after.clock_epoch != le64_to_cpu(c->params.epoch) ||
	    after.guest_epoch != le64_to_cpu(c->guest.epoch))
		return false;
	tai_ns = (s64)(s32)le32_to_cpu(c->params.tai_offset_sec) * NSEC_PER_SEC;
	xt->device = snap.cycles - after.mono_offset +
		     le64_to_cpu(c->params.wall_offset_ns) + tai_ns;
	hostclock_systime_put(&snap, xt);
	return true;
}

static noinline_for_stack void
hostclock_cross_bracket(const struct hostclock_snapshot *c,
			struct system_device_crosststamp *xt)
{
	struct hostclock_instant best, t;
	int tries = HOSTCLOCK_CROSS_TRIES;

	hostclock_take_instant(&best);
	while (--tries && best.after - best.before > HOSTCLOCK_CROSS_TICKS) {
		hostclock_take_instant(&t);
		if (t.after - t.before < best.after - best.before)
			best = t;
	}
	xt->device = hostclock_tai_ns(c, hostclock_instant_tsc(&best));
	hostclock_systime_put(&best.snap, xt);
}

static int hostclock_ptp_cross(struct system_device_crosststamp *xt)
{
	struct hostclock_snapshot c;
	int tries = HOSTCLOCK_CROSS_TRIES;
	int ret;

	do {
		ret = hostclock_ptp_snapshot(&c);
		if (ret)
			return ret;
		if (!hostclock_counter_in_use(HOSTCLOCK_MONO))
			break;
		if (hostclock_cross_follow(&c, xt))
			return 0;
	} while (--tries);
	hostclock_cross_bracket(&c, xt);
	return 0;
}

static int hostclock_ptp_getcrosststamp(struct ptp_clock_info *info,
					struct system_device_crosststamp *xt)
{
	int ret = -ENODEV;

	down_read(&hostclock_ptp_rwsem);
	if (hostclock_ptp_started)
		ret = hostclock_ptp_cross(xt);
	up_read(&hostclock_ptp_rwsem);
	return ret;
}

static int hostclock_ptp_settime(struct ptp_clock_info *info,
				 const struct timespec64 *ts)
{
	return -EOPNOTSUPP;
}

static int hostclock_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	return -EOPNOTSUPP;
}

static int hostclock_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	return -EOPNOTSUPP;
}

static int hostclock_ptp_enable(struct ptp_clock_info *info,
				struct ptp_clock_request *request, int on)
{
	return -EOPNOTSUPP;
}

static struct ptp_clock_info hostclock_ptp_info = {
	.owner		= THIS_MODULE,
	.name		= "hostclock",
	.adjfine	= hostclock_ptp_adjfine,
	.adjtime	= hostclock_ptp_adjtime,
	.gettimex64	= hostclock_ptp_gettimex,
	.getcrosststamp	= hostclock_ptp_getcrosststamp,
	.settime64	= hostclock_ptp_settime,
	.enable		= hostclock_ptp_enable,
};

static int hostclock_ptp_register(void)
{
	struct ptp_clock *ptp = ptp_clock_register(&hostclock_ptp_info, NULL);

	/* NULL: this kernel has no PTP clocks */
	if (IS_ERR(ptp))
		return PTR_ERR(ptp);
	hostclock_ptp = ptp;
	return 0;
}

/**
 * hostclock_ptp_start - there are pages for the PTP clock to read
 *
 * Reading it fails with EAGAIN until they are valid.
 *
 * Context: may sleep; calls are serialized by the caller.
 * Return: 0 or a negative error code.
 */
int hostclock_ptp_start(void)
{
	int ret = hostclock_ptp ? 0 : hostclock_ptp_register();

	if (ret)
		return ret;
	down_write(&hostclock_ptp_rwsem);
	hostclock_ptp_started = true;
	up_write(&hostclock_ptp_rwsem);
	return 0;
}

/**
 * hostclock_ptp_stop - nobody reads them any more when this returns
 *
 * Reading the clock fails with ENODEV.
 */
void hostclock_ptp_stop(void)
{
	down_write(&hostclock_ptp_rwsem);
	hostclock_ptp_started = false;
	up_write(&hostclock_ptp_rwsem);
}

/**
 * hostclock_ptp_exit - unregister the PTP clock
 */
void hostclock_ptp_exit(void)
{
	if (hostclock_ptp)
		ptp_clock_unregister(hostclock_ptp);
}
