/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-2-Clause) */
/*
 * hostclock: the line page, for guests whose vDSO does not know hostclock.
 *
 * An unmodified vDSO knows Hyper-V's reference TSC page, whose layout the line page
 * begins with:
 *
 *	(guest_tsc * tsc_scale >> 64) + tsc_offset	if tsc_sequence is not 0
 *
 * is the guest's MONOTONIC counter, mono_offset_ns included, in ns.  tsc_sequence 0
 * sends every reader to its kernel.  The kernel reads the counter by lines, which say
 * from which TSC value they hold, so that both ways give the same value:
 *
 *	seq odd, the older line = {start now, scale, offset, epoch}
 *	tsc_sequence = 0, seq even, tsc_scale, tsc_offset, tsc_sequence = n
 *
 * The last five stores follow upon each other, within some us of start: an update keeps
 * the vDSO from reading for some ns.  Two lines and seq are used as a clock page's two
 * sets are.  A line holds for the guest page's epoch that it names, and is not below the
 * one before it until some us after its start, when nobody reads that any more.  It
 * follows the clock page a little late, so it may be off it by what the clock's rate
 * changed meanwhile, and goes back to it within some tenths of a second; otherwise it
 * is the clock page's value, or 1 ns more.
 *
 * tsc_sequence is 0 before either epoch changes, and remains so until the guest has
 * written both new epochs into accepted_clock_epoch and accepted_guest_epoch, once its
 * clocks follow them.  The host writes lines only for a guest whose
 * accepted_guest_epoch is its guest page's epoch: a guest that writes nothing costs
 * nothing.  The host does nothing but compare these words.
 */
#ifndef _UAPI_LINUX_HOSTCLOCK_LINE_H
#define _UAPI_LINUX_HOSTCLOCK_LINE_H

#include <linux/hostclock-abi.h>

/* "HCLN", as it stands in memory */
#define HOSTCLOCK_LINE_MAGIC	0x4e4c4348

/**
 * struct hostclock_line - a guest's MONOTONIC counter as a line
 * @start:	guest TSC from which it holds
 * @scale:	ns per tick * 2^64
 * @offset:	ns at TSC 0, modulo 2^64
 * @epoch:	the guest page's epoch that it belongs to; 0: do not use
 */
struct hostclock_line {
	__le64	start;
	__le64	scale;
	__le64	offset;
	__le64	epoch;
};

/**
 * struct hostclock_line_page - one guest's counter for an unmodified vDSO
 * @tsc_sequence:	0: ask the kernel
 * @tsc_scale:		as in the line that holds
 * @tsc_offset:		likewise
 * @seq:		sequence count of the lines, as a clock page's of its sets
 * @version:		HOSTCLOCK_VERSION
 * @size:		bytes filled in, sizeof(struct hostclock_line_page)
 * @line:		see above
 * @magic:		HOSTCLOCK_LINE_MAGIC
 * @accepted_guest_epoch: written by the guest: the epochs that its clocks follow
 * @accepted_clock_epoch: likewise
 */
struct hostclock_line_page {
	__le32	tsc_sequence;
	__u8	reserved0[4];
	__le64	tsc_scale;
	__le64	tsc_offset;
	__le32	seq;
	__le16	version;
	__le16	size;
	struct hostclock_line line[2];
	__le32	magic;
	__u8	reserved1[156];

	__le64	accepted_guest_epoch;
	__le64	accepted_clock_epoch;
};

HOSTCLOCK_ASSERT_OFFSET(hostclock_line, start, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line, scale, 0x08);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line, offset, 0x10);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line, epoch, 0x18);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_line) == 0x20);

HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, tsc_sequence, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, tsc_scale, 0x08);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, tsc_offset, 0x10);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, seq, 0x18);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, version, 0x1c);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, size, 0x1e);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, line, 0x20);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, magic, 0x60);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, accepted_guest_epoch, 0x100);
HOSTCLOCK_ASSERT_OFFSET(hostclock_line_page, accepted_clock_epoch, 0x108);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_line_page) == 0x110);

#endif /* _UAPI_LINUX_HOSTCLOCK_LINE_H */
