// SPDX-License-Identifier: GPL-2.0
/*
 * Compiled with the guest kernel's own flags and headers, only as far as
 * assembly: the ".ascii" lines in it become vdso-offsets.h, which tells the
 * harness where that kernel keeps what it has to fill in.
 */
#include <linux/kbuild.h>
#include <linux/stddef.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/pvclock-abi.h>
#include <vdso/datapage.h>

static void vdso_data(void)
{
	DEFINE(VD_SIZE, sizeof(struct vdso_data));
	OFFSET(VD_SEQ, vdso_data, seq);
	OFFSET(VD_CLOCK_MODE, vdso_data, clock_mode);
	OFFSET(VD_CYCLE_LAST, vdso_data, cycle_last);
	OFFSET(VD_MAX_CYCLES, vdso_data, max_cycles);
	OFFSET(VD_MASK, vdso_data, mask);
	OFFSET(VD_MULT, vdso_data, mult);
	OFFSET(VD_SHIFT, vdso_data, shift);
	OFFSET(VD_BASETIME, vdso_data, basetime);
	OFFSET(VD_HRTIMER_RES, vdso_data, hrtimer_res);
	OFFSET(VD_ANCHOR, vdso_data, arch_data.hostclock.accepted);
	OFFSET(VD_BASE, vdso_data, arch_data.hostclock.base);
}

static void timestamps(void)
{
	DEFINE(VD_TIMESTAMP_SIZE, sizeof(struct vdso_timestamp));
	OFFSET(VD_TIMESTAMP_SEC, vdso_timestamp, sec);
	OFFSET(VD_TIMESTAMP_NSEC, vdso_timestamp, nsec);
	OFFSET(VD_TIMENS, vdso_data, offset);
	DEFINE(VD_TIMENS_SIZE, sizeof(struct timens_offset));
	OFFSET(VD_TIMENS_SEC, timens_offset, sec);
	OFFSET(VD_TIMENS_NSEC, timens_offset, nsec);
}

static void clock_modes(void)
{
	DEFINE(VDSO_MODE_TSC, VDSO_CLOCKMODE_TSC);
	DEFINE(VDSO_MODE_PVCLOCK, VDSO_CLOCKMODE_PVCLOCK);
	DEFINE(VDSO_MODE_HVCLOCK, VDSO_CLOCKMODE_HVCLOCK);
	DEFINE(VDSO_MODE_TIMENS, VDSO_CLOCKMODE_TIMENS);
	DEFINE(VDSO_MODE_HOSTCLOCK, VDSO_CLOCKMODE_HOSTCLOCK);
	DEFINE(VDSO_MODE_HOSTCLOCK_RAW, VDSO_CLOCKMODE_HOSTCLOCK_RAW);
}

static void pvclock(void)
{
	OFFSET(PV_VERSION, pvclock_vcpu_time_info, version);
	OFFSET(PV_TSC_TIMESTAMP, pvclock_vcpu_time_info, tsc_timestamp);
	OFFSET(PV_SYSTEM_TIME, pvclock_vcpu_time_info, system_time);
	OFFSET(PV_MUL, pvclock_vcpu_time_info, tsc_to_system_mul);
	OFFSET(PV_SHIFT, pvclock_vcpu_time_info, tsc_shift);
	OFFSET(PV_FLAGS, pvclock_vcpu_time_info, flags);
	DEFINE(PV_FLAG_TSC_STABLE, PVCLOCK_TSC_STABLE_BIT);
}

static void alternatives(void)
{
	DEFINE(ALT_SIZE, sizeof(struct alt_instr));
	OFFSET(ALT_INSTR, alt_instr, instr_offset);
	OFFSET(ALT_REPL, alt_instr, repl_offset);
	OFFSET(ALT_FT_FLAGS, alt_instr, ft_flags);
	DEFINE(ALT_FLAGS_AT, ALT_FLAGS_SHIFT);
	OFFSET(ALT_LEN, alt_instr, instrlen);
	OFFSET(ALT_REPL_LEN, alt_instr, replacementlen);
	DEFINE(ALT_LFENCE_RDTSC, X86_FEATURE_LFENCE_RDTSC);
	DEFINE(ALT_RDTSCP, X86_FEATURE_RDTSCP);
	DEFINE(ALT_RDPID, X86_FEATURE_RDPID);
}

int main(void)
{
	vdso_data();
	timestamps();
	BLANK();
	clock_modes();
	BLANK();
	pvclock();
	BLANK();
	alternatives();
	return 0;
}
