// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels up to 6.12: do_settimeofday64() works on the timekeeper itself.  It reads the
 * clocksource within the write section, before it loads its argument, so the reading says
 * what time it is.
 */
#include <linux/math64.h>
#include <linux/timekeeper_internal.h>

#include "settime.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/* ntp_tick_length(), or NULL if it cannot be called */
static u64 (*hostclock_tick_length)(void);

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
 * @s: the setting, decided now
 * @tk: the timekeeper
 *
 * Context: do_settimeofday64()'s reading.
 */
void hostclock_settime_read(struct hostclock_setting *s, const struct timekeeper *tk)
{
	hostclock_setting_decide(s, tk);
}

/**
 * hostclock_settime_update - set what do_settimeofday64() has not
 * @s: the setting
 * @tk: the timekeeper
 *
 * Context: the notifier for KVM, within the timekeeper's write section.
 */
void hostclock_settime_update(struct hostclock_setting *s, struct timekeeper *tk)
{
}

/**
 * hostclock_settime_apply_ntp - let the clock run as NTP has it now
 * @tk: the timekeeper, which was just set: cycle_last is now
 *
 * Setting the clock clears NTP's offset and error, but it would be corrected by them until
 * the next tick.
 *
 * Context: the timekeeper's write section.
 */
void hostclock_settime_apply_ntp(struct timekeeper *tk)
{
	s64 change;

	if (!hostclock_tick_length)
		return;
	tk->ntp_tick = hostclock_tick_length();
	change = div64_u64((tk->ntp_tick >> tk->ntp_error_shift) - tk->xtime_remainder,
			   tk->cycle_interval);
	change -= tk->tkr_mono.mult;
	tk->tkr_mono.mult += change;
	tk->xtime_interval += change * tk->cycle_interval;
	tk->ntp_err_mult = 0;
}

#endif /* HOSTCLOCK_EXACT */
