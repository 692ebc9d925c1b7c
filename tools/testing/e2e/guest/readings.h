/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readings of clocks, in memory that guest and host share: a header, then a ring
 * of readings.  host/ring.py has the same layout.
 */
#ifndef _READINGS_H
#define _READINGS_H

#include <stdint.h>

/* "READINGS"; the host writes it, the guest finds its memory by that. */
#define READINGS_MAGIC	0x53474e4944414552ULL
#define READINGS_HEADER	4096

/* Clocks are numbered as in clock_names. */
#define CLOCKS		5

enum {
	READER_VDSO,
	READER_SYSCALL,
	READER_KERNEL,	/* what is left of a timer; for RAW, the PTP device */
	READER_FILE,	/* REALTIME only, and as coarse as a tick */
};

/* The "readers" of the clock CLOCKS: what the kernel says of its clocks. */
enum {
	SIGNAL_NTP,		/* adjtimex()'s result, status */
	SIGNAL_MAXERROR,	/* us */
	SIGNAL_CANCELLED,	/* times that a timerfd was, by a clock's being set */
	SIGNAL_POLLED,		/* times that the device was readable */
	SIGNAL_SYSFS,		/* from here on, files of the driver's */
	SIGNAL_DISRUPTIONS = SIGNAL_SYSFS,
	SIGNAL_RESYNCS,
	SIGNAL_LEAP,
	SIGNAL_GENERATION,
	SIGNAL_CAUSE,
	SIGNAL_STATUS,		/* the first 8 letters */
	SIGNALS
};

struct readings_header {
	uint64_t magic;
	uint64_t capacity;	/* readings in the ring */
	uint64_t head;		/* readings made; the i-th is at i % capacity */
	uint64_t stop;		/* set by the host: it is enough */
};

/* Something read between two readings of the TSC */
struct reading {
	uint64_t before;
	uint64_t after;
	int64_t value;
	uint8_t clock;
	uint8_t reader;
	uint8_t reserved[6];
};

#endif /* _READINGS_H */
