// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/validate.h>

static const char * const hostclock_page_errors[HOSTCLOCK_PAGE_ERRORS] = {
	[HOSTCLOCK_PAGE_OK] = "good",
	[HOSTCLOCK_PAGE_TORN] = "page is being written without end",

	[HOSTCLOCK_PAGE_CLOCK_MAGIC] = "clock page: magic is not \"HCLK\"",
	[HOSTCLOCK_PAGE_CLOCK_VERSION] = "clock page: version is not 1",
	[HOSTCLOCK_PAGE_CLOCK_SIZE] = "clock page: size is below 320 or above 4096",
	[HOSTCLOCK_PAGE_CLOCK_FORMAT] = "clock page: format is unknown",
	[HOSTCLOCK_PAGE_CLOCK_SMEAR] = "clock page: smear is unknown",
	[HOSTCLOCK_PAGE_CLOCK_COUNTER] = "clock page: counter_id is not this machine's counter",
	[HOSTCLOCK_PAGE_CLOCK_HZ] = "clock page: counter_hz is not within 1 MHz to 10 GHz",
	[HOSTCLOCK_PAGE_CLOCK_HZ_SCALED] = "clock page: counter_hz of a scaled page is not 10^9",

	[HOSTCLOCK_PAGE_PARAMS_EPOCH] = "parameter set: epoch is 0 or 2^64 - 1, not to be used",
	[HOSTCLOCK_PAGE_PARAMS_SHIFT] = "parameter set: shift is not within 1 to 31",
	[HOSTCLOCK_PAGE_PARAMS_MULT] = "parameter set: mult is 0",
	[HOSTCLOCK_PAGE_PARAMS_RATE] = "parameter set: mult is off counter_hz by over 1/8",
	[HOSTCLOCK_PAGE_PARAMS_RAW_MULT] = "parameter set: raw_mult is 0",
	[HOSTCLOCK_PAGE_PARAMS_RAW_RATE] = "parameter set: raw_mult is off counter_hz by over 1/8",
	[HOSTCLOCK_PAGE_PARAMS_RAW_SCALED] = "parameter set: raw_mult if scaled is not 1 << shift",
	[HOSTCLOCK_PAGE_PARAMS_MONO_SEC] = "parameter set: mono_sec does not fit 63 bits of ns",
	[HOSTCLOCK_PAGE_PARAMS_MONO_SNSEC] = "parameter set: mono_snsec is a second or more",
	[HOSTCLOCK_PAGE_PARAMS_RAW_SEC] = "parameter set: raw_sec does not fit 63 bits of ns",
	[HOSTCLOCK_PAGE_PARAMS_RAW_SNSEC] = "parameter set: raw_snsec is a second or more",
	[HOSTCLOCK_PAGE_PARAMS_MAX_CYCLES] = "parameter set: max_cycles lets 64 bits overflow",
	[HOSTCLOCK_PAGE_PARAMS_WALL] = "parameter set: REALTIME is not within 1970 to 2232",
	[HOSTCLOCK_PAGE_PARAMS_BOOT] =
		"parameter set: BOOTTIME is negative or does not fit 63 bits",
	[HOSTCLOCK_PAGE_PARAMS_TAI] = "parameter set: tai_offset_sec is more than 100000",
	[HOSTCLOCK_PAGE_PARAMS_STATUS] = "parameter set: status is unknown",
	[HOSTCLOCK_PAGE_PARAMS_LEAP] = "parameter set: leap_indicator is unknown",
	[HOSTCLOCK_PAGE_PARAMS_LEAP_SEC] =
		"parameter set: leap_sec without a leap, or out of range",

	[HOSTCLOCK_PAGE_GUEST_MAGIC] = "guest page: magic is not \"HCGP\"",
	[HOSTCLOCK_PAGE_GUEST_VERSION] = "guest page: version is not 1",
	[HOSTCLOCK_PAGE_GUEST_SIZE] = "guest page: size is below 256 or above 4096",
	[HOSTCLOCK_PAGE_GUEST_FORMAT] = "guest page: clock_format is unknown",
	[HOSTCLOCK_PAGE_GUEST_SMEAR] = "guest page: clock_smear is unknown",
	[HOSTCLOCK_PAGE_GUEST_POLICY] = "guest page: mono_policy is unknown",
	[HOSTCLOCK_PAGE_GUEST_EPOCH] = "guest page: epoch is 0 or 2^64 - 1, not to be used",

	[HOSTCLOCK_PAGE_PAIR_FORMAT] = "clock page has not the format that the guest page asks for",
	[HOSTCLOCK_PAGE_PAIR_SMEAR] = "clock page has not the smear that the guest page asks for",
	[HOSTCLOCK_PAGE_PAIR_MONO] = "guest page: mono_offset_ns takes MONOTONIC out of 63 bits",
	[HOSTCLOCK_PAGE_PAIR_RAW] = "guest page: raw_offset_ns takes MONOTONIC_RAW out of 63 bits",

	[HOSTCLOCK_PAGE_VMCLOCK_MAGIC] = "vmclock: magic is not \"VCLK\"",
	[HOSTCLOCK_PAGE_VMCLOCK_SIZE] = "vmclock: size is below 112",
	[HOSTCLOCK_PAGE_VMCLOCK_VERSION] = "vmclock: version is not 1",
	[HOSTCLOCK_PAGE_VMCLOCK_COUNTER] = "vmclock: counter_id is not this machine's counter",
	[HOSTCLOCK_PAGE_VMCLOCK_TIME_TYPE] = "vmclock: time_type is neither UTC nor TAI",
	[HOSTCLOCK_PAGE_VMCLOCK_SHIFT] = "vmclock: counter_period_shift is above 127",
	[HOSTCLOCK_PAGE_VMCLOCK_PERIOD] = "vmclock: counter_period_frac_sec is 0",
	[HOSTCLOCK_PAGE_VMCLOCK_SEC] = "vmclock: time_sec is beyond 2232",
};

/**
 * hostclock_page_strerror - a rule in words
 * @error: what a hostclock_validate_*() returned; any other value will do
 *
 * Return: a text without a full stop, never NULL.
 */
const char *hostclock_page_strerror(enum hostclock_page_error error)
{
	if ((unsigned int)error >= HOSTCLOCK_PAGE_ERRORS)
		return "unknown error";
	return hostclock_page_errors[error];
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_page_strerror);
