/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-2-Clause) */
/*
 * /dev/hostclock-export: has the host's kernel write a clock page.
 *
 * For root alone.  One page at a time.  What a caller attaches stays attached when it
 * closes the device or dies; ATTACH of the same page again adopts it.
 *
 * poll() reports POLLIN when events in struct hostclock_export_state has changed since
 * this file's last STATE: another epoch, a rate that differs by 1 ppm or more from the
 * one last reported, or another state.
 */
#ifndef _UAPI_MISC_HOSTCLOCK_EXPORT_H
#define _UAPI_MISC_HOSTCLOCK_EXPORT_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define HOSTCLOCK_EXPORT_DEVICE	"/dev/hostclock-export"

/* hostclock_export_state.state */
#define HOSTCLOCK_EXPORT_IDLE		0	/* no page */
#define HOSTCLOCK_EXPORT_LIVE		1	/* the kernel writes the page */
#define HOSTCLOCK_EXPORT_STOPPED	2	/* it has stopped, for @reason; detach */

/* hostclock_export_state.reason: why it stopped, or the last ATTACH was refused. */
#define HOSTCLOCK_EXPORT_OK		0
#define HOSTCLOCK_EXPORT_COUNTER	1	/* the clocksource is not the TSC */
#define HOSTCLOCK_EXPORT_FORM		2	/* the timekeeper is not as expected */
#define HOSTCLOCK_EXPORT_NO_HOOK	3	/* no kprobe at update_vsyscall() */
#define HOSTCLOCK_EXPORT_UNHOOKED	4	/* that kprobe was not hit */
#define HOSTCLOCK_EXPORT_MISMATCH	5	/* the page is not the kernel's clock */
#define HOSTCLOCK_EXPORT_NO_UPDATE	6	/* no timekeeping update came */
#define HOSTCLOCK_EXPORT_PAGE		7	/* not an unscaled, strict clock page */
#define HOSTCLOCK_EXPORT_AHEAD		8	/* the page is ahead of the kernel's clocks */

/**
 * struct hostclock_export_meta - what only user space knows of the clock
 * @valid_ns:		how long from now on the rest may be believed.  Sets published
 *			later have what is left of it.
 * @leap_sec:		as in struct hostclock_params
 * @utc_maxerror_ns:	likewise, now; grows by 1000 ppm until the next one comes
 * @tai_offset_sec:	used if the kernel's own is 0
 * @flags:		HOSTCLOCK_PARAMS_*; TAI_VALID is for @tai_offset_sec
 * @status:		HOSTCLOCK_STATUS_*
 * @leap_indicator:	HOSTCLOCK_LEAP_*
 */
struct hostclock_export_meta {
	__u64	valid_ns;
	__u64	leap_sec;
	__u64	utc_maxerror_ns;
	__s32	tai_offset_sec;
	__u16	flags;
	__u8	status;
	__u8	leap_indicator;
};

/**
 * struct hostclock_export_attach - a page for the kernel to write
 * @address:	of a writable, shared mapping of the page, whose header is complete.
 *		The kernel goes on from its sequence count, and from its epoch if
 *		that has the kernel's offsets.
 * @meta:	the first
 */
struct hostclock_export_attach {
	__u64	address;
	struct hostclock_export_meta meta;
};

/**
 * struct hostclock_export_state - what the kernel is doing
 * @state:	HOSTCLOCK_EXPORT_IDLE, LIVE or STOPPED
 * @reason:	why not LIVE
 * @events:	changes whenever poll() reports something
 * @updates:	sets published
 */
struct hostclock_export_state {
	__u32	state;
	__u32	reason;
	__u64	events;
	__u64	updates;
};

/*
 * ATTACH: 0 once the page is LIVE.  EBUSY: another page is attached.  EINVAL, EFAULT: not
 * a page as described.  EOPNOTSUPP, EPROTO: refused for the reason that STATE tells.
 * EAGAIN: MONOTONIC or MONOTONIC_RAW would go back, or the page's newest set has not begun.
 * META: ENOTCONN if no page is attached.
 * DETACH: the page is not LIVE any more, its count even; the caller may go on from there.
 */
#define HOSTCLOCK_EXPORT_ATTACH	_IOW('H', 0x70, struct hostclock_export_attach)
#define HOSTCLOCK_EXPORT_META	_IOW('H', 0x71, struct hostclock_export_meta)
#define HOSTCLOCK_EXPORT_DETACH	_IO('H', 0x72)
#define HOSTCLOCK_EXPORT_STATE	_IOR('H', 0x73, struct hostclock_export_state)

#endif /* _UAPI_MISC_HOSTCLOCK_EXPORT_H */
