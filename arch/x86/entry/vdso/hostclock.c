// SPDX-License-Identifier: GPL-2.0
/*
 * hostclock in the vDSO: maps a host's clock page and guest page next to the
 * vDSO data, and keeps in the latter what the kernel has accepted from them.
 *
 * Nothing that a process has mapped is taken away from it.  Other pages get other
 * addresses in the vvar area, a slot, and the vDSO data tell which slot to read.
 */
#include <linux/clocksource.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pgtable.h>

#include <asm/hostclock.h>
#include <asm/vdso.h>
#include <asm/vgtod.h>

struct hostclock_slot {
	phys_addr_t clock;
	phys_addr_t guest;
};

/* Serializes hostclock_vdso_set_pages(). */
static DEFINE_MUTEX(slots_lock);

/* Where the pages are, 0 if nowhere.  Read by the fault handler. */
static struct hostclock_slot slots[HOSTCLOCK_VVAR_SLOTS];
static unsigned int slots_used;

/* Protected by timekeeper_lock, or by being in stop_machine(). */
static struct hostclock_accepted vdso_anchor;
static unsigned int vdso_slot;
static hostclock_vdso_base_t vdso_base;

static int hostclock_slot_find(phys_addr_t clock_page, phys_addr_t guest_page)
{
	int i;

	for (i = 0; i < HOSTCLOCK_VVAR_SLOTS; i++)
		if (slots[i].clock == clock_page && slots[i].guest == guest_page)
			return i;

	i = slots_used++ % HOSTCLOCK_VVAR_SLOTS;
	WRITE_ONCE(slots[i].clock, clock_page);
	WRITE_ONCE(slots[i].guest, guest_page);
	return i;
}

/**
 * hostclock_vdso_set_pages - say where the host's pages are
 * @clock_page: physical address of the clock page to follow
 * @guest_page: physical address of the guest page
 *
 * Processes keep what they have mapped for as long as they live, so nothing else
 * must ever appear at these addresses: keep them reserved for good, even when the
 * pages go away.  What can be read there then (all ones, zeroes) is no epoch that
 * the kernel accepts, so the vDSO asks the kernel.
 *
 * A process that has lived through as many other pages as there are slots asks
 * the kernel from then on.
 *
 * How the pages are cached in user space follows from how the caller mapped
 * them for itself, so that must be done before.
 *
 * Context: may sleep.
 * Return: the slot, for hostclock_vdso_set_anchor(); -EINVAL if an address is not
 * that of a page.
 */
int hostclock_vdso_set_pages(phys_addr_t clock_page, phys_addr_t guest_page)
{
	int slot;

	if (!clock_page || !PAGE_ALIGNED(clock_page) ||
	    !guest_page || !PAGE_ALIGNED(guest_page))
		return -EINVAL;

	mutex_lock(&slots_lock);
	slot = hostclock_slot_find(clock_page, guest_page);
	mutex_unlock(&slots_lock);

	return slot;
}

/**
 * hostclock_vdso_forget_pages - the host's pages go away
 *
 * Maps them for no process that has not mapped them yet.
 *
 * Context: may sleep.
 */
void hostclock_vdso_forget_pages(void)
{
	int i;

	mutex_lock(&slots_lock);
	for (i = 0; i < HOSTCLOCK_VVAR_SLOTS; i++) {
		WRITE_ONCE(slots[i].clock, 0);
		WRITE_ONCE(slots[i].guest, 0);
	}
	mutex_unlock(&slots_lock);
}

/**
 * hostclock_vdso_set_anchor - what the vDSO is to accept from the pages
 * @a: epochs and offsets; NULL to accept nothing, so that it asks the kernel
 * @slot: the pages' slot
 *
 * Takes effect with the next update of the vDSO data. To be called only where
 * one follows: in a clocksource's enable(), and in timekeeping_reanchor()'s
 * commit().
 */
void hostclock_vdso_set_anchor(const struct hostclock_accepted *a, unsigned int slot)
{
	vdso_anchor = a ? *a : (struct hostclock_accepted){};
	vdso_slot = slot;
}

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

static void update_one(struct arch_vdso_data *arch, enum hostclock_counter which)
{
	arch->slot = vdso_slot;
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

/* offset: from the first clock page's place in the vvar area, in bytes */
vm_fault_t hostclock_vdso_fault(struct vm_area_struct *vma, unsigned long addr,
				unsigned long offset)
{
	unsigned long page = offset >> PAGE_SHIFT;
	struct hostclock_slot *slot = &slots[page % HOSTCLOCK_VVAR_SLOTS];
	phys_addr_t phys;

	if (page >= 2 * HOSTCLOCK_VVAR_SLOTS ||
	    (!vclock_was_used(VDSO_CLOCKMODE_HOSTCLOCK) &&
	     !vclock_was_used(VDSO_CLOCKMODE_HOSTCLOCK_RAW)))
		return VM_FAULT_SIGBUS;

	phys = READ_ONCE(*(page < HOSTCLOCK_VVAR_SLOTS ? &slot->clock : &slot->guest));
	/* The vDSO may still be about to read pages that are gone. */
	if (!phys)
		return vmf_insert_pfn(vma, addr, my_zero_pfn(addr));

	/* Shared with the host, so not encrypted where guest memory is. */
	return vmf_insert_pfn_prot(vma, addr, PHYS_PFN(phys),
				   pgprot_decrypted(vma->vm_page_prot));
}
