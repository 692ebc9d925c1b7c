/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vDSO's side of the hostclock driver.
 */
#ifndef _ASM_X86_HOSTCLOCK_H
#define _ASM_X86_HOSTCLOCK_H

#include <linux/mm_types.h>
#include <linux/types.h>
#include <asm/vdso/hostclock.h>

/* Pairs of a clock page and a guest page that the vvar area has addresses for */
#define HOSTCLOCK_VVAR_SLOTS		4

/**
 * typedef hostclock_vdso_base_t - get where a counter is now
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
void hostclock_vdso_forget_pages(void);
void hostclock_vdso_set_accepted(const struct hostclock_accepted *a, unsigned int slot);
int hostclock_vdso_enable(enum hostclock_counter which, hostclock_vdso_base_t base);

/* For the vDSO code only. */
vm_fault_t hostclock_vdso_fault(struct vm_area_struct *vma, unsigned long addr,
				unsigned long offset);

#else /* !CONFIG_HOSTCLOCK_VDSO */

#define HOSTCLOCK_VDSO_MODE_MONO	VDSO_CLOCKMODE_NONE
#define HOSTCLOCK_VDSO_MODE_RAW		VDSO_CLOCKMODE_NONE

static inline int hostclock_vdso_set_pages(phys_addr_t clock_page,
					   phys_addr_t guest_page)
{
	return 0;
}

static inline void hostclock_vdso_forget_pages(void)
{
}

static inline void hostclock_vdso_set_accepted(const struct hostclock_accepted *a,
					       unsigned int slot)
{
}

static inline int hostclock_vdso_enable(enum hostclock_counter which,
					hostclock_vdso_base_t base)
{
	return 0;
}

#endif /* CONFIG_HOSTCLOCK_VDSO */

#endif /* _ASM_X86_HOSTCLOCK_H */
