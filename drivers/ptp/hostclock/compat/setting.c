// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the timekeeper is set to: what the pages say, within the kernel's limits.
 */
#include <linux/time.h>
#include <linux/timekeeper_internal.h>

#include "../realtime.h"
#include "setting.h"

static void (*hostclock_commit)(struct hostclock_setting *s);

/**
 * hostclock_setting_start - tell who knows what to set
 * @commit: called within the timekeeper's write section: accepts the pages, and fills in
 *	the setting
 */
void hostclock_setting_start(void (*commit)(struct hostclock_setting *s))
{
	hostclock_commit = commit;
}

/* CLOCK_REALTIME by the timekeeper */
static struct timespec64 hostclock_tk_real(const struct timekeeper *tk, u64 cycles)
{
	const struct tk_read_base *tkr = &tk->tkr_mono;
	struct timespec64 ts = { .tv_sec = tk->xtime_sec };
	u64 delta = (s64)(cycles - tkr->cycle_last) > 0 ? cycles - tkr->cycle_last : 0;

	timespec64_add_ns(&ts, (tkr->xtime_nsec + delta * tkr->mult) >> tkr->shift);
	return ts;
}

/* Would the kernel refuse it?  It must be later than CLOCK_MONOTONIC. */
static bool hostclock_real_valid(const struct timekeeper *tk, const struct timespec64 *ts,
				 const struct timespec64 *now)
{
	struct timespec64 mono = timespec64_add(*now, tk->wall_to_monotonic);

	return timespec64_valid_settod(ts) && timespec64_compare(ts, &mono) > 0;
}

/**
 * hostclock_setting_decide - accept the pages, and decide what CLOCK_REALTIME will be
 * @s: filled in
 * @tk: the timekeeper, as it was
 *
 * Context: the timekeeper's write section.
 */
void hostclock_setting_decide(struct hostclock_setting *s, const struct timekeeper *tk)
{
	struct timespec64 now;

	hostclock_commit(s);
	now = hostclock_tk_real(tk, s->reading);
	/* One that does not follow counts a gap as it counts a suspend. */
	s->real = s->keep_real ? timespec64_add(now, ns_to_timespec64(s->boot_jump_ns)) :
				 ns_to_timespec64(s->real_ns);
	if (!hostclock_real_valid(tk, &s->real, &now)) {
		s->real = now;
		s->refused = !s->keep_real;
	}
	/* before anybody can read the new time, and compare */
	if (s->refused)
		hostclock_realtime_forget_offset();
	else if (!s->keep_real)
		hostclock_realtime_set_offset(s->real_ns - s->cycle_last);
	if (!s->refused && s->tai_valid)
		hostclock_realtime_set_tai(s->tai_offset_sec);
}
