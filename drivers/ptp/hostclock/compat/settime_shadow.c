// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel 7.3: do_settimeofday64() works on a copy of the timekeeper, and others read the
 * clocks until it opens the write section to replace the timekeeper by that.  It reads the
 * clocksource before, where nothing may be accepted yet: they would see the new counter by
 * the old timekeeper.
 *
 * So it is made to set the time that it is, of the last update, and the notifier for KVM,
 * which is called within the write section and gets the copy, does the rest.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time.h>
#include <linux/timekeeper_internal.h>

#include "settime.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/* ntp_tick_length(), or NULL if it cannot be called */
static u64 (*hostclock_tick_length)(unsigned int tkid);

/* tkr_mono.xtime_nsec, of which do_settimeofday64() keeps no fraction of a ns */
static u64 hostclock_xtime_nsec;

/**
 * hostclock_settime_start - find what the functions below need
 *
 * Context: may sleep; after hostclock_symbols_find().
 */
void hostclock_settime_start(void)
{
	hostclock_tick_length = hostclock_symbol_function("ntp_tick_length");
}

/**
 * hostclock_settime_read - choose what do_settimeofday64() reads
 * @s: the setting: no time has passed, and the time is what it is
 * @tk: the timekeeper
 *
 * Context: do_settimeofday64()'s reading.
 */
void hostclock_settime_read(struct hostclock_setting *s, const struct timekeeper *tk)
{
	const struct tk_read_base *tkr = &tk->tkr_mono;

	hostclock_xtime_nsec = tkr->xtime_nsec;
	s->reading = tkr->cycle_last;
	s->real.tv_sec = tk->xtime_sec;
	s->real.tv_nsec = tkr->xtime_nsec >> tkr->shift;
}

static u64 hostclock_take_seconds(struct tk_read_base *tkr)
{
	u64 sec = 0;

	for (; tkr->xtime_nsec >= (u64)NSEC_PER_SEC << tkr->shift; sec++)
		tkr->xtime_nsec -= (u64)NSEC_PER_SEC << tkr->shift;
	return sec;
}

/* As timekeeping_forward_now() */
static void hostclock_forward(struct timekeeper *tk, u64 cycles)
{
	u64 delta = cycles - tk->tkr_mono.cycle_last;

	if ((s64)delta <= 0)
		return;
	tk->tkr_mono.xtime_nsec += delta * tk->tkr_mono.mult;
	tk->xtime_sec += hostclock_take_seconds(&tk->tkr_mono);
	tk->tkr_raw.xtime_nsec += delta * tk->tkr_raw.mult;
	tk->raw_sec += hostclock_take_seconds(&tk->tkr_raw);
}

/* As do_settimeofday64() */
static void hostclock_set_real(struct timekeeper *tk, const struct timespec64 *real)
{
	struct tk_read_base *tkr = &tk->tkr_mono;
	struct timespec64 now = {
		.tv_sec = tk->xtime_sec,
		.tv_nsec = tkr->xtime_nsec >> tkr->shift,
	};

	tk->wall_to_monotonic = timespec64_sub(timespec64_add(tk->wall_to_monotonic, now), *real);
	tk->offs_real = -timespec64_to_ktime(tk->wall_to_monotonic);
	tk->offs_tai = ktime_add(tk->offs_real, ktime_set(tk->tai_offset, 0));
	tk->xtime_sec = real->tv_sec;
	tkr->xtime_nsec = (u64)real->tv_nsec << tkr->shift;
}

/* As tk_update_coarse_nsecs(), tk_update_ktime_data() and what follows */
static void hostclock_update_ktime(struct timekeeper *tk)
{
	struct tk_read_base *tkr = &tk->tkr_mono;
	u64 sec = tk->xtime_sec + tk->wall_to_monotonic.tv_sec;
	u32 nsec = tk->wall_to_monotonic.tv_nsec;

	tk->coarse_nsec = tkr->xtime_nsec >> tkr->shift;
	tkr->base = ns_to_ktime(sec * NSEC_PER_SEC + nsec);
	tkr->base_real = tkr->base + tk->offs_real;
	tk->ktime_sec = sec + (nsec + tk->coarse_nsec >= NSEC_PER_SEC);
	tk->tkr_raw.base = ns_to_ktime(tk->raw_sec * NSEC_PER_SEC);
}

/**
 * hostclock_settime_update - set what do_settimeofday64() has not, which is all
 * @s: the setting, decided now
 * @tk: the timekeeper's copy
 *
 * Context: the notifier for KVM, within the timekeeper's write section.
 */
void hostclock_settime_update(struct hostclock_setting *s, struct timekeeper *tk)
{
	tk->tkr_mono.xtime_nsec = hostclock_xtime_nsec;
	hostclock_setting_decide(s, tk);
	hostclock_forward(tk, s->reading);
	/* One that is kept counts a gap. */
	if (!s->refused && (!s->keep_real || s->boot_jump_ns))
		hostclock_set_real(tk, &s->real);
	hostclock_update_ktime(tk);
}

/**
 * hostclock_settime_apply_ntp - let the clock run as NTP has it now
 * @tk: the timekeeper's copy, which was just set: cycle_last is now
 *
 * Setting the clock clears NTP's offset and error, but it would be corrected by them until
 * the next tick.
 *
 * Context: the timekeeper's write section.
 */
void hostclock_settime_apply_ntp(struct timekeeper *tk)
{
	if (!hostclock_tick_length)
		return;
	tk->ntp_tick = hostclock_tick_length(TIMEKEEPER_CORE);
	tk->skew_delta = 0;
	tk->tkr_mono.mult = div64_u64(tk->ntp_tick >> tk->ntp_error_shift, tk->cycle_interval);
	tk->xtime_interval = tk->cycle_interval * tk->tkr_mono.mult;
	tk->ntp_err_mult = 0;
}

#endif /* HOSTCLOCK_EXACT */
