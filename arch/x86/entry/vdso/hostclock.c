// SPDX-License-Identifier: GPL-2.0
/*
 * hostclock in the vDSO: maps a host's clock page and guest page next to the
 * vDSO data, and keeps in the latter what the kernel has accepted from them.
 */
#include <linux/clocksource.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pgtable.h>

#include <asm/hostclock.h>
#include <asm/vdso.h>
#include <asm/vgtod.h>

/* Serializes hostclock_vdso_set_pages(). */
static DEFINE_MUTEX(pages_lock);

/* Where the pages are, 0 if nowhere. Read by the fault handler. */
static phys_addr_t pages[HOSTCLOCK_VVAR_PAGES];

/* Protected by timekeeper_lock, or by being in stop_machine(). */
static struct hostclock_accepted vdso_anchor;
static hostclock_vdso_base_t vdso_base;

/**
 * hostclock_vdso_set_pages - say where the host's pages are
 * @clock_page: physical address of the clock page to follow, or 0
 * @guest_page: physical address of the guest page, or 0
 *
 * Takes the pages there were before away from every process. Where there are
 * none, and the vDSO may still be about to read them, processes get zeroes,
 * which the vDSO takes for pages that were moved: it asks the kernel. So this
 * may be called at any time, and must be before the pages go away.
 *
 * How the pages are cached in user space follows from how the caller mapped
 * them for itself, so that must be done before.
 *
 * May sleep. Takes time in proportion to the number of processes if pages were
 * set before.
 *
 * Return: 0; -EINVAL if an address is not that of a page, or only one is given.
 */
int hostclock_vdso_set_pages(phys_addr_t clock_page, phys_addr_t guest_page)
{
	bool had_pages;

	if (!PAGE_ALIGNED(clock_page) || !PAGE_ALIGNED(guest_page) ||
	    !clock_page != !guest_page)
		return -EINVAL;

	mutex_lock(&pages_lock);
	had_pages = pages[HOSTCLOCK_VVAR_CLOCK];
	WRITE_ONCE(pages[HOSTCLOCK_VVAR_CLOCK], clock_page);
	WRITE_ONCE(pages[HOSTCLOCK_VVAR_GUEST], guest_page);
	if (had_pages)
		vdso_zap_vvar_all();
	mutex_unlock(&pages_lock);

	return 0;
}
EXPORT_SYMBOL_GPL(hostclock_vdso_set_pages);

/**
 * hostclock_vdso_set_anchor - what the vDSO is to accept from the pages
 * @a: epochs and offsets; NULL to accept nothing, so that it asks the kernel
 *
 * Takes effect with the next update of the vDSO data. To be called only where
 * one follows: in a clocksource's enable(), and in timekeeping_reanchor()'s
 * commit().
 */
void hostclock_vdso_set_anchor(const struct hostclock_accepted *a)
{
	vdso_anchor = a ? *a : (struct hostclock_accepted){};
}
EXPORT_SYMBOL_GPL(hostclock_vdso_set_anchor);

/**
 * hostclock_vdso_enable - let the vDSO read a counter
 * @which: which counter
 * @base: tells that counter at every update of the vDSO data
 *
 * To be called in the enable() of a clocksource with that vdso_clock_mode.
 *
 * Return: 0, or -EINVAL if there is no such counter.
 */
int hostclock_vdso_enable(enum hostclock_counter which, hostclock_vdso_base_t base)
{
	vdso_base = base;
	switch (which) {
	case HOSTCLOCK_MONO:
		vclocks_set_used(VDSO_CLOCKMODE_HOSTCLOCK);
		return 0;
	case HOSTCLOCK_RAW:
		vclocks_set_used(VDSO_CLOCKMODE_HOSTCLOCK_RAW);
		return 0;
	}
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(hostclock_vdso_enable);

static void update_one(struct arch_vdso_data *arch, enum hostclock_counter which)
{
	arch->hostclock = vdso_anchor;
	vdso_base(which, &arch->base);
}

/* Called within the vDSO data's write section. */
void hostclock_update_vsyscall(struct vdso_data *vdata)
{
	int i;

	for (i = 0; i < CS_BASES; i++) {
		if (vdata[i].clock_mode == VDSO_CLOCKMODE_HOSTCLOCK)
			update_one(&vdata[i].arch_data, HOSTCLOCK_MONO);
		else if (vdata[i].clock_mode == VDSO_CLOCKMODE_HOSTCLOCK_RAW)
			update_one(&vdata[i].arch_data, HOSTCLOCK_RAW);
	}
}

vm_fault_t hostclock_vdso_fault(struct vm_area_struct *vma, unsigned long addr,
				enum hostclock_vvar page)
{
	phys_addr_t phys = READ_ONCE(pages[page]);

	if (!vclock_was_used(VDSO_CLOCKMODE_HOSTCLOCK) &&
	    !vclock_was_used(VDSO_CLOCKMODE_HOSTCLOCK_RAW))
		return VM_FAULT_SIGBUS;

	if (!phys)
		return vmf_insert_pfn(vma, addr, my_zero_pfn(addr));

	/* Shared with the host, so not encrypted where guest memory is. */
	return vmf_insert_pfn_prot(vma, addr, PHYS_PFN(phys),
				   pgprot_decrypted(vma->vm_page_prot));
}
