// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: mode, policy and limits.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "params.h"

static char *mode = "follow";
module_param(mode, charp, 0444);
MODULE_PARM_DESC(mode, "follow: CLOCK_REALTIME is the host's (default); raw: only the counter is; ptp: no clocksource");

static char *devices;
module_param(devices, charp, 0444);
MODULE_PARM_DESC(devices, "names of the devices whose pages may be followed, with commas between them (default: any)");

/*
 * How far MONOTONIC's rate may be from RAW's.  500 ppm is the most that
 * adjtimex() gives by frequency, adjtime() adds 500, and a UTC-SLS smear 1000.
 * By the length of the tick, adjtimex() gives 10 % more.
 */
#define HOSTCLOCK_SLEW_PPM	2000
#define HOSTCLOCK_SLEW_PPM_MAX	101500U

static unsigned int max_slew_ppm = HOSTCLOCK_SLEW_PPM;
module_param(max_slew_ppm, uint, 0644);
MODULE_PARM_DESC(max_slew_ppm, "reject pages that slew by more than this (default 2000, at most 101500)");

static const char * const hostclock_mode_names[] = {
	[HOSTCLOCK_MODE_FOLLOW]	= "follow",
	[HOSTCLOCK_MODE_RAW]	= "raw",
	[HOSTCLOCK_MODE_PTP]	= "ptp",
};

static const char * const hostclock_policy_names[] = {
	[HOSTCLOCK_POLICY_DEFAULT]	= "default",
	[HOSTCLOCK_POLICY_SUSPEND]	= "suspend",
	[HOSTCLOCK_POLICY_STEAL]	= "steal",
};

static enum hostclock_mode hostclock_current_mode;
static u8 hostclock_current_policy;

enum hostclock_mode notrace hostclock_mode(void)
{
	return hostclock_current_mode;
}

const char *hostclock_mode_name(void)
{
	return hostclock_mode_names[hostclock_current_mode];
}

/**
 * hostclock_device_allowed - may a device's pages be followed?
 * @name: its name in sysfs, as 0000:00:04.0 or virtio1
 */
bool hostclock_device_allowed(const char *name)
{
	size_t len = strlen(name);
	const char *at = devices;

	if (!devices || !*devices)
		return true;
	while ((at = strstr(at, name))) {
		if ((at == devices || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
		at += len;
	}
	return false;
}

/**
 * hostclock_mode_counter - the counter that the mode's clocksource reads
 */
enum hostclock_counter notrace hostclock_mode_counter(void)
{
	return hostclock_current_mode == HOSTCLOCK_MODE_RAW ? HOSTCLOCK_RAW :
								 HOSTCLOCK_MONO;
}

/**
 * hostclock_max_slew_ppm - how far MONOTONIC's rate may be from RAW's
 */
unsigned int notrace hostclock_max_slew_ppm(void)
{
	return min(READ_ONCE(max_slew_ppm), HOSTCLOCK_SLEW_PPM_MAX);
}

/**
 * hostclock_policy - does MONOTONIC count gaps?  HOSTCLOCK_POLICY_*
 */
u8 hostclock_policy(void)
{
	return READ_ONCE(hostclock_current_policy);
}

const char *hostclock_policy_name(void)
{
	return hostclock_policy_names[hostclock_policy()];
}

/**
 * hostclock_policy_set - set the policy
 * @name: "default", "suspend" or "steal"
 *
 * Return: 0 or -EINVAL.
 */
int hostclock_policy_set(const char *name)
{
	int policy = sysfs_match_string(hostclock_policy_names, name);

	if (policy >= 0)
		WRITE_ONCE(hostclock_current_policy, policy);
	return min(policy, 0);
}

static int hostclock_policy_param_set(const char *name,
				      const struct kernel_param *param)
{
	return hostclock_policy_set(name);
}

static int hostclock_policy_param_get(char *buf, const struct kernel_param *param)
{
	return sysfs_emit(buf, "%s\n", hostclock_policy_name());
}

static const struct kernel_param_ops hostclock_policy_ops = {
	.set = hostclock_policy_param_set,
	.get = hostclock_policy_param_get,
};
module_param_cb(policy, &hostclock_policy_ops, NULL, 0644);
MODULE_PARM_DESC(policy, "what MONOTONIC does about time the guest missed: suspend, steal, or default: what the host says");

/**
 * hostclock_params_init - parse the mode
 *
 * Return: 0 or -EINVAL.
 */
int __init hostclock_params_init(void)
{
	int parsed = match_string(hostclock_mode_names,
				  ARRAY_SIZE(hostclock_mode_names), mode);

	if (parsed < 0) {
		pr_err("hostclock: mode \"%s\" is none of follow, raw and ptp\n",
		       mode);
		return -EINVAL;
	}
	hostclock_current_mode = parsed;
	return 0;
}
