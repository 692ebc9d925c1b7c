// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/misc/hostclock0/, one value per file.  Reading any of them checks the pages
 * first, so that the value is current.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "accept.h"
#include "counter.h"
#include "follow.h"
#include "notify.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "rejected.h"
#include "status.h"
#include "steer.h"
#include "sysfs.h"
#include "tk.h"
#include "transport.h"

static const char * const hostclock_formats[] = { "unscaled", "scaled" };
static const char * const hostclock_smears[] = { "strict", "noon", "sls" };

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_mode_name());
}
static DEVICE_ATTR_RO(mode);

static ssize_t core_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_tk_name());
}
static DEVICE_ATTR_RO(core);

static ssize_t vdso_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_tk_vdso());
}
static DEVICE_ATTR_RO(vdso);

static ssize_t policy_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_policy_name());
}

static ssize_t policy_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	int ret = hostclock_policy_set(buf);

	return ret ?: count;
}
static DEVICE_ATTR_RW(policy);

static ssize_t status_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_status_name());
}
static DEVICE_ATTR_RO(status);

/* Time since the guest noticed the change of status */
static ssize_t status_age_ns_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct hostclock_sync_quality quality;
	struct hostclock_read_base rb;
	u64 age_ns = 0;

	if (hostclock_quality_now(&rb, &quality))
		age_ns = hostclock_extrapolate(&rb, HOSTCLOCK_MONO, hostclock_rdtsc()) -
			 hostclock_status_since_ns();
	if (age_ns && !quality.valid && !hostclock_error())
		age_ns = quality.age_ns - le64_to_cpu(rb.params.valid_ns);
	return sysfs_emit(buf, "%llu\n", age_ns);
}
static DEVICE_ATTR_RO(status_age_ns);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	hostclock_check_pages();
	return sysfs_emit(buf, "%s\n",
			  hostclock_error_string(hostclock_error()));
}
static DEVICE_ATTR_RO(reason);

/* Only a CLOCK_REALTIME that follows can be detached. */
static bool hostclock_has_realtime(void)
{
	return hostclock_mode() == HOSTCLOCK_MODE_FOLLOW &&
	       hostclock_counter_in_use(HOSTCLOCK_MONO);
}

static ssize_t wall_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	hostclock_check_pages();
	if (!hostclock_has_realtime())
		return sysfs_emit(buf, "own\n");
	hostclock_realtime_check();
	return sysfs_emit(buf, "%s\n",
			  hostclock_realtime_detached() ? "detached" : "follow");
}

static ssize_t wall_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	if (!sysfs_streq(buf, "follow"))
		return -EINVAL;
	if (!hostclock_has_realtime())
		return -EOPNOTSUPP;
	hostclock_tk_reset_ntp();
	hostclock_realtime_attach();
	hostclock_steer_forget();
	hostclock_notify_flush();
	return count;
}
static DEVICE_ATTR_RW(wall);

static ssize_t steer_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_steer_name());
}

static ssize_t steer_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	int ret = hostclock_steer_set(buf);

	return ret ?: count;
}
static DEVICE_ATTR_RW(steer);

static ssize_t set_by_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	char by[HOSTCLOCK_STEER_BY_LEN];

	hostclock_steer_by(by);
	return sysfs_emit(buf, "%s\n", by);
}
static DEVICE_ATTR_RO(set_by);

static ssize_t clocksource_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", hostclock_clocksource_name());
}
static DEVICE_ATTR_RO(clocksource);

/* Numbers of the accepted state, its sync quality and the pages' info */
#define HOSTCLOCK_ATTR(_name, _format, _value)				\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct hostclock_sync_quality quality = {};				\
	struct hostclock_read_base rb;					\
									\
	hostclock_quality_now(&rb, &quality);					\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static DEVICE_ATTR_RO(_name)

HOSTCLOCK_ATTR(epoch, "%llu", rb.accepted.clock_epoch);
HOSTCLOCK_ATTR(guest_epoch, "%llu", rb.accepted.guest_epoch);
HOSTCLOCK_ATTR(tsc_offset, "%lld", (s64)rb.accepted.tsc_offset);
HOSTCLOCK_ATTR(mono_offset_ns, "%lld", (s64)rb.accepted.mono_offset);
HOSTCLOCK_ATTR(raw_offset_ns, "%lld", (s64)rb.accepted.raw_offset);
HOSTCLOCK_ATTR(wall_offset_ns, "%lld", (s64)le64_to_cpu(rb.params.wall_offset_ns));
HOSTCLOCK_ATTR(boot_offset_ns, "%lld", (s64)le64_to_cpu(rb.params.boot_offset_ns));
HOSTCLOCK_ATTR(tai_offset_sec, "%d", (s32)le32_to_cpu(rb.params.tai_offset_sec));
HOSTCLOCK_ATTR(leap_indicator, "%u", rb.params.leap_indicator);
HOSTCLOCK_ATTR(error_ns, "%llu", quality.maxerror_ns);
HOSTCLOCK_ATTR(age_ns, "%llu", quality.age_ns);
HOSTCLOCK_ATTR(valid_ns, "%llu", le64_to_cpu(rb.params.valid_ns));
HOSTCLOCK_ATTR(page_format, "%s", hostclock_formats[hostclock_info()->format]);
HOSTCLOCK_ATTR(page_smear, "%s", hostclock_smears[hostclock_info()->smear]);
HOSTCLOCK_ATTR(cause, "%u", hostclock_info()->cause);
HOSTCLOCK_ATTR(generation, "%llu", hostclock_info()->generation);
HOSTCLOCK_ATTR(gap_ns, "%llu", hostclock_info()->gap_ns);
HOSTCLOCK_ATTR(resyncs, "%llu", hostclock_info()->resyncs);
HOSTCLOCK_ATTR(disruptions, "%llu", hostclock_info()->disruptions);
HOSTCLOCK_ATTR(wakeups, "%llu", hostclock_wakeups());

/* The error bound of ns; the page may leave it out if ns is 0 */
static ssize_t hostclock_emit_bound(char *buf, u64 ns, u64 bound_ns)
{
	if (bound_ns == HOSTCLOCK_ERROR_UNKNOWN || (ns && !bound_ns))
		return sysfs_emit(buf, "unknown\n");
	return sysfs_emit(buf, "%llu\n", bound_ns);
}

static ssize_t gap_error_ns_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	hostclock_check_pages();
	return hostclock_emit_bound(buf, hostclock_info()->gap_ns,
				    hostclock_info()->gap_error_ns);
}
static DEVICE_ATTR_RO(gap_error_ns);

static ssize_t gaps_error_ns_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	hostclock_check_pages();
	return hostclock_emit_bound(buf, hostclock_info()->gaps_ns,
				    hostclock_info()->gaps_error_ns);
}
static DEVICE_ATTR_RO(gaps_error_ns);

/* Doorbell interrupts, or "none" if there is no doorbell */
static ssize_t rings_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	u64 count;

	if (!hostclock_doorbell_interrupts(&count))
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%llu\n", count);
}
static DEVICE_ATTR_RO(rings);

static struct attribute *hostclock_attrs[] = {
	&dev_attr_mode.attr,
	&dev_attr_core.attr,
	&dev_attr_vdso.attr,
	&dev_attr_policy.attr,
	&dev_attr_status.attr,
	&dev_attr_status_age_ns.attr,
	&dev_attr_reason.attr,
	&dev_attr_wall.attr,
	&dev_attr_steer.attr,
	&dev_attr_set_by.attr,
	&dev_attr_clocksource.attr,
	&dev_attr_epoch.attr,
	&dev_attr_guest_epoch.attr,
	&dev_attr_tsc_offset.attr,
	&dev_attr_mono_offset_ns.attr,
	&dev_attr_raw_offset_ns.attr,
	&dev_attr_wall_offset_ns.attr,
	&dev_attr_boot_offset_ns.attr,
	&dev_attr_tai_offset_sec.attr,
	&dev_attr_leap_indicator.attr,
	&dev_attr_error_ns.attr,
	&dev_attr_age_ns.attr,
	&dev_attr_valid_ns.attr,
	&dev_attr_page_format.attr,
	&dev_attr_page_smear.attr,
	&dev_attr_cause.attr,
	&dev_attr_generation.attr,
	&dev_attr_gap_ns.attr,
	&dev_attr_gap_error_ns.attr,
	&dev_attr_gaps_error_ns.attr,
	&dev_attr_resyncs.attr,
	&dev_attr_disruptions.attr,
	&dev_attr_wakeups.attr,
	&dev_attr_rings.attr,
	NULL
};

static const struct attribute_group hostclock_group = {
	.attrs = hostclock_attrs,
};

const struct attribute_group *hostclock_groups[] = { &hostclock_group, NULL };
