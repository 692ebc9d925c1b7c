/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXACT_H
#define _HOSTCLOCK_EXACT_H

#include <linux/timekeeper_internal.h>
#include <linux/types.h>

/* One setting of the timekeeper: what it reads, and what is to be in it then */
struct hostclock_setting {
	u64 reading;		/* as before */
	u64 cycle_last;		/* the same instant, by the clocksource from then on */
	s64 real_ns;
	bool keep_real;
	bool refused;		/* the kernel would not take real_ns, so it was kept */
	u64 boot_jump_ns;
	bool tai_valid;
	s32 tai_offset_sec;
};

const char *hostclock_exact_start(void (*commit)(struct hostclock_setting *s));
void hostclock_exact_stop(void);
bool hostclock_exact_reading(unsigned long caller, u64 *reading);
int hostclock_exact_set(void);

#endif /* _HOSTCLOCK_EXACT_H */
