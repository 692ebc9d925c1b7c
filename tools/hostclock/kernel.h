/* SPDX-License-Identifier: GPL-2.0 */
/* The state of the running kernel's clocks and of the driver. */
#ifndef _HOSTCLOCK_KERNEL_H
#define _HOSTCLOCK_KERNEL_H

#include <stdbool.h>

#define WORD_SIZE	64

struct kernel_state {
	char clocksource[WORD_SIZE];	/* current, or empty */

	/* the driver's, empty where there is no driver */
	char mode[WORD_SIZE];
	char core[WORD_SIZE];		/* stock: unpatched */
	char vdso[2 * WORD_SIZE];	/* on, or why clocks are read by system calls */
	char status[WORD_SIZE];
	char status_age_ns[WORD_SIZE];
	char reason[2 * WORD_SIZE];
	char wall[WORD_SIZE];
	char steer[WORD_SIZE];
	char set_by[WORD_SIZE];	/* "NAME (PID)", "nobody" or "unknown" */
	char resyncs[WORD_SIZE];
	char disruptions[WORD_SIZE];
	char wakeups[WORD_SIZE];
	char rings[WORD_SIZE];

	/* adjtimex() */
	bool ntp_synchronized;
	int ntp_status;
	long ntp_maxerror_us;
	long ntp_esterror_us;
	double ntp_freq_ppm;
	int tai_offset_sec;
};

/* Why the driver does not follow any pages; empty if it does, or is not there. */
void kernel_read_reason(char *reason, int size, const char *device);

/* device: the driver's, /dev/NAME; NULL on a host. */
void kernel_read(struct kernel_state *state, const char *device);

#endif /* _HOSTCLOCK_KERNEL_H */
