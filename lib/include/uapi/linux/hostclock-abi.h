/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-2-Clause) */
/*
 * hostclock: a host's clocks, exported to its guests in memory.
 *
 * The problem
 * -----------
 * A virtual machine's CLOCK_REALTIME is an estimate of its host's, made by a control loop that
 * runs in the guest, starts from nothing at every restore and stops when nobody runs it.  Yet
 * both sides count with the same hardware counter.  If the host tells how it turns that counter
 * into time, a guest needs no estimate: the two clocks are the same function of the same input.
 *
 * The pages
 * ---------
 * All are 4 KiB and little-endian.  A guest writes to none of them but its own line page, and
 * there only what the host compares.
 *
 * A *clock page* (struct hostclock_clock_page) turns a counter reading into the host's clocks.
 * One set serves every guest of a host.  Up to four exist: {unscaled, scaled} x {strict,
 * smeared}.
 *
 * A *guest page* (struct hostclock_guest_page) is one guest's own.  It begins with a vmclock
 * structure in that guest's counter units, so that tools made for vmclock can read it; behind
 * that stands how the guest's counter and clocks relate to the clock page it should follow.
 *
 * A *line page* (struct hostclock_line_page) is one guest's own, too, and optional: the same
 * counter as the vDSO of an unmodified Linux can read it.  See hostclock-line.h.
 *
 * A guest finds pages by their magic, at any multiple of 4 KiB within the first
 * HOSTCLOCK_MAX_PAGES pages of a memory region that a device offers.  How the pages are spread
 * over regions means nothing.
 *
 * From counter to time
 * --------------------
 *	counter   = guest_tsc - tsc_offset			 (guest page)
 *	delta     = counter - cycle_last			 (clock page)
 *	MONOTONIC = mono_sec, ((delta * mult + mono_snsec) >> shift) ns
 *	RAW       = raw_sec,  ((delta * raw_mult + raw_snsec) >> shift) ns
 *	REALTIME  = MONOTONIC + wall_offset_ns
 *	BOOTTIME  = MONOTONIC + boot_offset_ns
 *	TAI       = REALTIME + tai_offset_sec
 *
 * The product needs more than 64 bits once delta exceeds max_cycles.  The layout of mult, shift
 * and the shifted nanoseconds is that of Linux's vvar data.  A guest adds mono_offset_ns to
 * MONOTONIC (and so to BOOTTIME) and raw_offset_ns to RAW, never to REALTIME or TAI.  On a scaled
 * page the counter is the host's MONOTONIC_RAW in ns, and raw_mult is exactly 1 << shift.
 *
 * Two parameter sets, one sequence count
 * --------------------------------------
 * A host process writes the page, and may be descheduled or killed between any two stores.  So
 * the page holds two parameter sets.  Let n = seq >> 1:
 *
 *	params[n & 1]		the newest set, never written while seq >> 1 == n
 *	params[(n + 1) & 1]	the one before it; being overwritten if seq is odd
 *
 *	writer				reader
 *	seq = 2n + 1			seq = load-acquire
 *	store barrier			counter, params[(seq >> 1) & 1], ...
 *	params[(n + 1) & 1] = ...	load barrier
 *	seq = 2n + 2, store-release	again if seq >> 1 changed
 *
 * A reader never waits for the writer: it goes again only if an update was completed under it,
 * so a bounded number of tries always suffices, and after them the page is treated as hostile.
 *
 * A set holds from its cycle_last on.  The writer publishes it a little ahead of that counter
 * value, and starts on the next one only once that value is past; a reader whose counter is
 * before it takes the other set.  (If seq is odd then, or the other set begins later still, the
 * reader returns the newest set's base: time stands still, but does not go back.  If the counter
 * is before that base by more than cross-CPU skew, tsc_offset is out of date, and the reader
 * returns an error.)  So the pages are a function of the counter alone, whenever they are read.
 * It is continuous: consecutive sets of one epoch agree at the later one's cycle_last to a
 * nanosecond, and the later one never gives the smaller value.  Because the load of seq that ends
 * a read may be performed before the counter is sampled (by as much as a CPU reorders), the lead
 * must be much longer than that: HOSTCLOCK_MIN_LEAD_NS.
 *
 * LIVE pages
 * ----------
 * While the host's kernel itself writes a page, its features have HOSTCLOCK_FEATURE_LIVE, and
 * there is no lead: seq is odd from before the host's own readers can see an update until the set
 * is complete, which begins at the counter value where seq became odd.  A reader that knows the
 * bit goes again while seq is odd, and if seq is not at the end what it was at the beginning;
 * after at most 100 us it reads as above: late, if the host's CPU stands still within an update.
 * Readings are the host's own at the same counter value, to the last bit.  As with those,
 * consecutive sets of an epoch agree at the later one's cycle_last up to the change of rate times
 * what the update takes, in either direction: below a ns, unless the CPU stands still.  Only
 * unscaled, strict pages are LIVE. The bit comes and goes while a page is in use; the epoch
 * stays.
 *
 * A reader that does not know the bit reads as above, too: while the host updates its clock,
 * which takes less than a us, it goes on with the set before, is off by the change of rate times
 * that, and sees a new epoch that much later.
 *
 * Rates
 * -----
 * MONOTONIC runs at RAW's rate, plus or minus the host's slew.  A guest refuses parameters with
 * more slew than a limit, by default 2000 ppm: 500 for adjtimex(), 500 for adjtime(), 1000 for a
 * UTC-SLS smear.  Within it, the rate may change by any amount from one set to the next.  A
 * guest's MONOTONIC does not follow a set that does not continue the one before.  After a change
 * of rate by more than 512 ppm, vDSO reads may cost a system call each until the guest's
 * kernel has adopted the new set.
 *
 * Epochs
 * ------
 * An epoch names a period without discontinuity.  A clock page's epoch changes when
 * wall_offset_ns, boot_offset_ns or tai_offset_sec do, or when the host itself does; MONOTONIC
 * and RAW stay continuous across it unless the guest page's epoch changes too.  The guest page's
 * changes with tsc_offset, mono_offset_ns, raw_offset_ns or the page to follow.  A guest keeps
 * the two epochs it has accepted, and reads all parameters again if either differs.  Epochs,
 * generations and vmclock's disruption markers are compared for equality only: they are drawn at
 * random for each page, so that a guest learns nothing about others from its own, and holds none
 * that a page elsewhere has.  Two values are never a valid epoch: zero, which marks a page or a
 * parameter set that must not be used, and 2^64 - 1, which is what is read of a device that is
 * not there any more.
 *
 * Versions
 * --------
 * A field is added in reserved space, which writers zero and readers ignore, and announced by a
 * bit in features if zero could be taken for a value.  That leaves the version as it is.  A
 * change that would make an old reader wrong gets a new version, and old readers refuse the page.
 * size is the bytes of the structure that the writer filled in: a reader must not look past it,
 * and must accept more than it knows.
 */
#ifndef _UAPI_LINUX_HOSTCLOCK_ABI_H
#define _UAPI_LINUX_HOSTCLOCK_ABI_H

#include <linux/types.h>

#define HOSTCLOCK_PAGE_SIZE	4096
/* How many pages from the start of a region a reader looks at. */
#define HOSTCLOCK_MAX_PAGES	16
#define HOSTCLOCK_VERSION	1

/* "HCLK" and "HCGP", as they stand in memory. */
#define HOSTCLOCK_CLOCK_MAGIC	0x4b4c4348
#define HOSTCLOCK_GUEST_MAGIC	0x50474348
/* "VCLK": the vmclock structure that begins a guest page. */
#define HOSTCLOCK_VMCLOCK_MAGIC	0x4b4c4356

/*
 * The least time, in ns, by which a set is published ahead of its cycle_last.  Reordering within
 * a CPU is bounded by its window, some hundred ns; 100 us leaves a factor of a hundred and more.
 */
#define HOSTCLOCK_MIN_LEAD_NS	100000

/* hostclock_clock_page.format: the unit of the counter. */
#define HOSTCLOCK_FORMAT_UNSCALED	0	/* ticks of the host's TSC */
#define HOSTCLOCK_FORMAT_SCALED		1	/* ns of the host's MONOTONIC_RAW */

/* hostclock_clock_page.smear: what REALTIME and MONOTONIC do about leaps. */
#define HOSTCLOCK_SMEAR_STRICT		0	/* step, as the host's kernel does */
#define HOSTCLOCK_SMEAR_NOON_LINEAR	1	/* linear, 24 h, noon to noon UTC */
#define HOSTCLOCK_SMEAR_UTC_SLS		2	/* linear, the last 1000 s */

/* hostclock_clock_page.features */
#define HOSTCLOCK_FEATURE_LIVE		0x1	/* written by the host's kernel */

/* hostclock_clock_page.counter_id: values are vmclock's. */
#define HOSTCLOCK_COUNTER_ARM_VCNT	0
#define HOSTCLOCK_COUNTER_X86_TSC	1
#define HOSTCLOCK_COUNTER_INVALID	0xff

/* hostclock_params.status and hostclock_vmclock.clock_status: vmclock's. */
#define HOSTCLOCK_STATUS_UNKNOWN	0
#define HOSTCLOCK_STATUS_INITIALIZING	1
#define HOSTCLOCK_STATUS_SYNCHRONIZED	2
#define HOSTCLOCK_STATUS_FREERUNNING	3
#define HOSTCLOCK_STATUS_UNRELIABLE	4

/* hostclock_params.leap_indicator: vmclock's. */
#define HOSTCLOCK_LEAP_NONE		0	/* nothing announced */
#define HOSTCLOCK_LEAP_PRE_POS		1	/* a second will be inserted */
#define HOSTCLOCK_LEAP_PRE_NEG		2	/* a second will be deleted */
#define HOSTCLOCK_LEAP_POS		3	/* within the inserted second */
#define HOSTCLOCK_LEAP_POST_POS		4	/* a second was inserted */
#define HOSTCLOCK_LEAP_POST_NEG		5	/* a second was deleted */

/* hostclock_params.flags */
#define HOSTCLOCK_PARAMS_TAI_VALID	0x1	/* tai_offset_sec is known */

/* Stands for "not known" in utc_maxerror_ns and its like. */
#define HOSTCLOCK_ERROR_UNKNOWN		(~(__u64)0)

/**
 * struct hostclock_params - a host's clocks from one counter value on
 * @epoch:		see above; 0: do not use
 * @cycle_last:		counter value at which the bases below hold
 * @max_cycles:		largest delta for which delta * mult + mono_snsec and
 *			delta * raw_mult + raw_snsec stay below 2^64
 * @mult:		MONOTONIC: shifted ns per count; never 0
 * @shift:		bits of fraction in the shifted ns; 1 to 31
 * @mono_sec:		MONOTONIC at cycle_last: whole seconds
 * @mono_snsec:		and ns << shift, below 10^9 << shift
 * @wall_offset_ns:	REALTIME - MONOTONIC, signed
 * @boot_offset_ns:	BOOTTIME - MONOTONIC, signed
 * @raw_sec:		MONOTONIC_RAW at cycle_last: whole seconds
 * @raw_snsec:		and ns << shift, below 10^9 << shift
 * @raw_mult:		MONOTONIC_RAW: shifted ns per count; never 0
 * @tai_offset_sec:	TAI - REALTIME, signed; see HOSTCLOCK_PARAMS_TAI_VALID
 * @maxerror_ns:	bound on |REALTIME here - the reference| at cycle_last.
 *			The reference is the host's own CLOCK_REALTIME, and
 *			status says whether this page tracks it.
 * @maxerror_rate_ppb:	how fast that bound grows: ns per second
 * @status:		HOSTCLOCK_STATUS_*
 * @leap_indicator:	HOSTCLOCK_LEAP_*
 * @flags:		HOSTCLOCK_PARAMS_*
 * @valid_ns:		how long after cycle_last the status may be believed;
 *			after it the clock counts as unsynchronised
 * @leap_sec:		the UTC second before which the announced leap happens
 *			(as in time_t); 0 if leap_indicator is NONE
 * @utc_maxerror_ns:	bound on |the host's REALTIME - UTC| at cycle_last by
 *			the host kernel's own account, or ERROR_UNKNOWN
 *
 * The first 64 bytes, one cache line, are all that reading MONOTONIC, REALTIME
 * and BOOTTIME needs; the second line is needed for RAW and for the slow path.
 */
struct hostclock_params {
	__le64	epoch;
	__le64	cycle_last;
	__le64	max_cycles;
	__le32	mult;
	__le32	shift;
	__le64	mono_sec;
	__le64	mono_snsec;
	__le64	wall_offset_ns;
	__le64	boot_offset_ns;

	__le64	raw_sec;
	__le64	raw_snsec;
	__le32	raw_mult;
	__le32	tai_offset_sec;
	__le64	maxerror_ns;
	__le32	maxerror_rate_ppb;
	__u8	status;
	__u8	leap_indicator;
	__le16	flags;
	__le64	valid_ns;
	__le64	leap_sec;
	__le64	utc_maxerror_ns;
};

/**
 * struct hostclock_clock_page - a host's clocks as functions of a counter
 * @magic:		HOSTCLOCK_CLOCK_MAGIC
 * @version:		HOSTCLOCK_VERSION
 * @size:		bytes filled in, sizeof(struct hostclock_clock_page)
 * @format:		HOSTCLOCK_FORMAT_*
 * @smear:		HOSTCLOCK_SMEAR_*
 * @counter_id:		HOSTCLOCK_COUNTER_*
 * @features:		HOSTCLOCK_FEATURE_*
 * @counter_hz:		nominal frequency of the counter, 10^9 if scaled
 * @host_id:		names the running host kernel (its boot ID, hashed with a key
 *			that the host keeps); all zero if not known.  Changes only
 *			together with the epoch.
 * @seq:		see above
 * @params:		see above
 */
struct hostclock_clock_page {
	__le32	magic;
	__le16	version;
	__le16	size;
	__u8	format;
	__u8	smear;
	__u8	counter_id;
	__u8	reserved0[5];
	__le64	features;
	__le64	counter_hz;
	__u8	host_id[16];
	__u8	reserved1[12];
	__le32	seq;

	struct hostclock_params params[2];
};

/* hostclock_vmclock.time_type */
#define HOSTCLOCK_VMCLOCK_TIME_UTC	0
#define HOSTCLOCK_VMCLOCK_TIME_TAI	1

/* hostclock_vmclock.flags, as the kernel's header numbers them */
#define HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID		(1 << 0)
#define HOSTCLOCK_VMCLOCK_PERIOD_ESTERROR_VALID		(1 << 3)
#define HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID		(1 << 4)
#define HOSTCLOCK_VMCLOCK_TIME_ESTERROR_VALID		(1 << 5)
#define HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID		(1 << 6)
#define HOSTCLOCK_VMCLOCK_TIME_MONOTONIC		(1 << 7)
#define HOSTCLOCK_VMCLOCK_VM_GEN_COUNTER_PRESENT	(1 << 8)

/**
 * struct hostclock_vmclock - version 1 of the vmclock ABI
 *
 * Field names, meanings and offsets are those of the Linux kernel's vmclock-abi.h, which is the
 * reference for them.  Restated here because the kernels this header serves (6.1, 6.12) do not
 * have that file.  The time is TAI, the counter the guest's own.  seq_count is an ordinary
 * sequence count: odd while the structure is being written.
 */
struct hostclock_vmclock {
	__le32	magic;
	__le32	size;
	__le16	version;
	__u8	counter_id;
	__u8	time_type;
	__le32	seq_count;
	__le64	disruption_marker;
	__le64	flags;
	__u8	pad[2];
	__u8	clock_status;
	__u8	leap_second_smearing_hint;
	__le16	tai_offset_sec;
	__u8	leap_indicator;
	__u8	counter_period_shift;
	__le64	counter_value;
	__le64	counter_period_frac_sec;
	__le64	counter_period_esterror_rate_frac_sec;
	__le64	counter_period_maxerror_rate_frac_sec;
	__le64	time_sec;
	__le64	time_frac_sec;
	__le64	time_esterror_nanosec;
	__le64	time_maxerror_nanosec;
	__le64	vm_generation_counter;
};

/* hostclock_guest_page.mono_policy: what MONOTONIC does about a gap. */
#define HOSTCLOCK_POLICY_DEFAULT	0	/* suspend, steal for migration */
#define HOSTCLOCK_POLICY_SUSPEND	1	/* continue from the saved value */
#define HOSTCLOCK_POLICY_STEAL		2	/* count the gap */

/* hostclock_guest_page.cause: why the guest page's epoch changed last. */
#define HOSTCLOCK_CAUSE_NONE		0	/* first epoch of this guest */
#define HOSTCLOCK_CAUSE_STOP		1	/* stopped and continued */
#define HOSTCLOCK_CAUSE_RESTORE		2	/* restored from a snapshot */
#define HOSTCLOCK_CAUSE_CLONE		3	/* one of several so restored */
#define HOSTCLOCK_CAUSE_MIGRATION	4	/* arrived from another host */
#define HOSTCLOCK_CAUSE_OFFSET		5	/* the counter's offset changed while
						 * the guest ran; no disruption if
						 * by less than cross-CPU skew
						 */
#define HOSTCLOCK_CAUSE_EXPORTER	6	/* the exporter lost its state */

/**
 * struct hostclock_guest_page - how one guest relates to its host's clocks
 * @vmclock:		the same in vmclock's terms; updated less often, which its
 *			error fields account for
 * @magic:		HOSTCLOCK_GUEST_MAGIC
 * @version:		HOSTCLOCK_VERSION
 * @size:		bytes filled in, sizeof(struct hostclock_guest_page)
 * @seq:		sequence count of what follows: odd while being written
 * @clock_format:	format of the clock page to follow
 * @clock_smear:	and its smear
 * @mono_policy:	HOSTCLOCK_POLICY_*; a hint, the guest's own setting wins
 * @cause:		HOSTCLOCK_CAUSE_*
 * @epoch:		changes with anything below; 0: do not use.  May be read
 *			on its own, without the sequence count.
 * @tsc_offset:		guest TSC - the clock page's counter, modulo 2^64
 * @mono_offset_ns:	guest MONOTONIC counter - host MONOTONIC, signed
 * @raw_offset_ns:	guest RAW counter - host MONOTONIC_RAW, signed
 * @generation:		the VM's generation: changes when the guest's memory may
 *			exist twice (restore, clone)
 * @resume_tsc:		guest TSC at which the last gap (the guest did not run) ended, or 0
 * @gap_ns:		what passed on the host in that gap, from stop_tsc by the
 *			offset before to resume_tsc by this one; 0 if not known
 * @vm_id:		the VM's UUID, or zero
 * @stop_tsc:		guest TSC at which that gap began; 0 if that is resume_tsc.  It is, if
 *			the counter stood still with the guest (TCG), or was saved with it and
 *			nobody knows when it had stopped.  Otherwise (KVM) the guest's clocks
 *			go on at resume_tsc from where they were at stop_tsc: before it if the
 *			counter ran on, and after it if the counter was set back.
 * @gaps_ns:		sum of all gaps of this generation, the last included; 0
 *			if not known.  For a guest that missed an epoch, and
 *			because a gap_ns that had to be estimated is put right in
 *			another epoch.
 * @gap_maxerror_ns:	bound on the error of gap_ns.  A guest that came from another
 *			host has its gap measured by two clocks, each of which is
 *			off UTC by no more than its bound says: their sum.
 *			HOSTCLOCK_ERROR_UNKNOWN if either is not known; at least 1
 *			if it is, so 0 if there was no gap or this is not told.
 * @gaps_maxerror_ns:	the same for gaps_ns: how far BOOTTIME, and MONOTONIC if
 *			policy lets it count gaps, may be off for all of them
 * @ran_on_tsc:		sum of resume_tsc - stop_tsc over the gaps in gaps_ns, modulo
 *			2^64: what the counter counted in gaps.  For a guest that
 *			missed an epoch.
 */
struct hostclock_guest_page {
	struct hostclock_vmclock vmclock;
	__u8	reserved0[16];

	__le32	magic;
	__le16	version;
	__le16	size;
	__le32	seq;
	__u8	clock_format;
	__u8	clock_smear;
	__u8	mono_policy;
	__u8	cause;
	__le64	epoch;
	__le64	tsc_offset;
	__le64	mono_offset_ns;
	__le64	raw_offset_ns;
	__le64	generation;
	__le64	resume_tsc;

	__le64	gap_ns;
	__u8	vm_id[16];
	__le64	stop_tsc;
	__le64	gaps_ns;
	__le64	gap_maxerror_ns;
	__le64	gaps_maxerror_ns;
	__le64	ran_on_tsc;
};

#ifdef __cplusplus
#define HOSTCLOCK_ASSERT(cond)	static_assert(cond, #cond)
#else
#define HOSTCLOCK_ASSERT(cond)	_Static_assert(cond, #cond)
#endif
#define HOSTCLOCK_ASSERT_OFFSET(type, field, off) \
	HOSTCLOCK_ASSERT(__builtin_offsetof(struct type, field) == (off))

HOSTCLOCK_ASSERT_OFFSET(hostclock_params, epoch, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, cycle_last, 0x08);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, max_cycles, 0x10);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, mult, 0x18);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, shift, 0x1c);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, mono_sec, 0x20);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, mono_snsec, 0x28);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, wall_offset_ns, 0x30);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, boot_offset_ns, 0x38);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, raw_sec, 0x40);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, raw_snsec, 0x48);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, raw_mult, 0x50);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, tai_offset_sec, 0x54);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, maxerror_ns, 0x58);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, maxerror_rate_ppb, 0x60);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, status, 0x64);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, leap_indicator, 0x65);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, flags, 0x66);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, valid_ns, 0x68);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, leap_sec, 0x70);
HOSTCLOCK_ASSERT_OFFSET(hostclock_params, utc_maxerror_ns, 0x78);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_params) == 0x80);

HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, magic, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, version, 0x04);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, size, 0x06);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, format, 0x08);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, smear, 0x09);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, counter_id, 0x0a);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, features, 0x10);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, counter_hz, 0x18);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, host_id, 0x20);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, seq, 0x3c);
HOSTCLOCK_ASSERT_OFFSET(hostclock_clock_page, params, 0x40);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_clock_page) == 0x140);

HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, magic, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, size, 0x04);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, version, 0x08);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_id, 0x0a);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, time_type, 0x0b);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, seq_count, 0x0c);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, disruption_marker, 0x10);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, flags, 0x18);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, clock_status, 0x22);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, leap_second_smearing_hint, 0x23);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, tai_offset_sec, 0x24);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, leap_indicator, 0x26);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_period_shift, 0x27);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_value, 0x28);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_period_frac_sec, 0x30);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_period_esterror_rate_frac_sec, 0x38);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, counter_period_maxerror_rate_frac_sec, 0x40);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, time_sec, 0x48);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, time_frac_sec, 0x50);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, time_esterror_nanosec, 0x58);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, time_maxerror_nanosec, 0x60);
HOSTCLOCK_ASSERT_OFFSET(hostclock_vmclock, vm_generation_counter, 0x68);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_vmclock) == 0x70);

HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, vmclock, 0x00);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, magic, 0x80);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, version, 0x84);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, size, 0x86);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, seq, 0x88);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, clock_format, 0x8c);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, clock_smear, 0x8d);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, mono_policy, 0x8e);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, cause, 0x8f);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, epoch, 0x90);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, tsc_offset, 0x98);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, mono_offset_ns, 0xa0);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, raw_offset_ns, 0xa8);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, generation, 0xb0);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, resume_tsc, 0xb8);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, gap_ns, 0xc0);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, vm_id, 0xc8);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, stop_tsc, 0xd8);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, gaps_ns, 0xe0);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, gap_maxerror_ns, 0xe8);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, gaps_maxerror_ns, 0xf0);
HOSTCLOCK_ASSERT_OFFSET(hostclock_guest_page, ran_on_tsc, 0xf8);
HOSTCLOCK_ASSERT(sizeof(struct hostclock_guest_page) == 0x100);

#endif /* _UAPI_LINUX_HOSTCLOCK_ABI_H */
