/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vDSO's side of the hostclock driver.
 */
#ifndef _ASM_X86_HOSTCLOCK_H
#define _ASM_X86_HOSTCLOCK_H

#include <linux/mm_types.h>
#include <linux/types.h>
#include <hostclock/vdso.h>

struct vdso_data;

/* The vvar pages that hold a host's pages. */
enum hostclock_vvar {
	HOSTCLOCK_VVAR_CLOCK,
	HOSTCLOCK_VVAR_GUEST,
	HOSTCLOCK_VVAR_PAGES
};

/**
 * typedef hostclock_vdso_base_t - tell a counter as it is now
 * @which:	which counter
 * @base:	where to put it
 *
 * Called within the timekeeper's write section, while that counter is used.
 */
typedef void (*hostclock_vdso_base_t)(enum hostclock_counter which,
				      struct hostclock_vdso_base *base);

#ifdef CONFIG_HOSTCLOCK_VDSO

/* For clocksource.vdso_clock_mode: the vDSO reads HOSTCLOCK_MONO, or _RAW. */
#define HOSTCLOCK_VDSO_MODE_MONO	VDSO_CLOCKMODE_HOSTCLOCK
#define HOSTCLOCK_VDSO_MODE_RAW		VDSO_CLOCKMODE_HOSTCLOCK_RAW

int hostclock_vdso_set_pages(phys_addr_t clock_page, phys_addr_t guest_page);
void hostclock_vdso_set_anchor(const struct hostclock_accepted *a);
int hostclock_vdso_enable(enum hostclock_counter which, hostclock_vdso_base_t base);

/* For the vDSO code and the timekeeping core only. */
vm_fault_t hostclock_vdso_fault(struct vm_area_struct *vma, unsigned long addr,
				enum hostclock_vvar page);
void hostclock_update_vsyscall(struct vdso_data *vdata);

#else /* !CONFIG_HOSTCLOCK_VDSO */

#define HOSTCLOCK_VDSO_MODE_MONO	VDSO_CLOCKMODE_NONE
#define HOSTCLOCK_VDSO_MODE_RAW		VDSO_CLOCKMODE_NONE

static inline int hostclock_vdso_set_pages(phys_addr_t clock_page,
					   phys_addr_t guest_page)
{
	return 0;
}

static inline void hostclock_vdso_set_anchor(const struct hostclock_accepted *a)
{
}

static inline int hostclock_vdso_enable(enum hostclock_counter which,
					hostclock_vdso_base_t base)
{
	return 0;
}

static inline vm_fault_t hostclock_vdso_fault(struct vm_area_struct *vma,
					      unsigned long addr,
					      enum hostclock_vvar page)
{
	return VM_FAULT_SIGBUS;
}

#endif /* CONFIG_HOSTCLOCK_VDSO */

#endif /* _ASM_X86_HOSTCLOCK_H */
