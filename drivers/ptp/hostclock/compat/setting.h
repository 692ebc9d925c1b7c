/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SETTING_H
#define _HOSTCLOCK_SETTING_H

#include <linux/time64.h>
#include <linux/types.h>

struct timekeeper;

/* One setting of the timekeeper: what it reads, and what is to be in it then */
struct hostclock_setting {
	struct timespec64 real;	/* what do_settimeofday64() is given */
	u64 reading;		/* as before */
	u64 cycle_last;		/* the same instant, by the clocksource from then on */
	s64 real_ns;
	bool keep_real;
	bool refused;		/* the kernel would not take real_ns, so it was kept */
	u64 boot_jump_ns;
	bool tai_valid;
	s32 tai_offset_sec;
};

void hostclock_setting_start(void (*commit)(struct hostclock_setting *s));
void hostclock_setting_decide(struct hostclock_setting *s, const struct timekeeper *tk);

#endif /* _HOSTCLOCK_SETTING_H */
