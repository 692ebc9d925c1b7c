/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PARAMS_H
#define _HOSTCLOCK_PARAMS_H

#include <linux/types.h>
#include <hostclock/reader.h>

enum hostclock_mode {
	HOSTCLOCK_MODE_FOLLOW,	/* CLOCK_REALTIME is the host's */
	HOSTCLOCK_MODE_RAW,	/* only the counter is; NTP runs in the guest */
	HOSTCLOCK_MODE_PTP,	/* no clocksource */
};

enum hostclock_mode hostclock_mode(void);
const char *hostclock_mode_name(void);
bool hostclock_device_allowed(const char *name);
int hostclock_params_init(void);
enum hostclock_counter hostclock_mode_counter(void);
unsigned int hostclock_max_slew_ppm(void);
u8 hostclock_policy(void);
const char *hostclock_policy_name(void);
int hostclock_policy_set(const char *name);

#endif /* _HOSTCLOCK_PARAMS_H */
