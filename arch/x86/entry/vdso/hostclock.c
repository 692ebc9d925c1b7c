// SPDX-License-Identifier: GPL-2.0
/*
 * hostclock in the vDSO: maps the host's clock page and guest page next to the vDSO
 * data, which hold the accepted epochs and offsets.
 *
 * A process keeps the pages that it has mapped.  Other pages get another slot of
 * addresses in the vvar area, and the vDSO data name the slot to read.
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

/* The pages of each slot, or 0.  Read by the fault handler. */
static struct hostclock_slot slots[HOSTCLOCK_VVAR_SLOTS];
static unsigned int slots_used;

/* Protected by timekeeper_lock, or by being in stop_machine(). */
static struct hostclock_accepted vdso_accepted;
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
 * hostclock_vdso_set_pages - set the host's pages
 * @clock_page: physical address of the accepted clock page
 * @guest_page: physical address of the guest page
 *
 * Processes keep what they have mapped as long as they live.  So the caller must
 * keep these addresses reserved for good, even when the pages are removed.  Then
 * all ones or zeroes are read there, which match no accepted epoch: the vDSO falls
 * back to the system call.
 *
 * A process that has seen as many other pages as there are slots uses the system
 * call from then on.
 *
 * The pages are cached in user space as the caller has mapped them, which must be
 * done before.
 *
 * Context: may sleep.
 * Return: the slot, for hostclock_vdso_set_accepted(); -EINVAL if an address is not
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
 * hostclock_vdso_forget_pages - do not map the pages for any other process
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
 * hostclock_vdso_set_accepted - set what the vDSO accepts from the pages
 * @a: epochs and offsets; NULL: nothing, so it falls back to the system call
 * @slot: the pages' slot
 *
 * Takes effect with the next update of the vDSO data.
 *
 * Context: a clocksource's enable(), or timekeeping_reanchor()'s commit(): an
 * update follows.
 */
void hostclock_vdso_set_accepted(const struct hostclock_accepted *a, unsigned int slot)
{
	vdso_accepted = a ? *a : (struct hostclock_accepted){};
	vdso_slot = slot;
}

/**
 * hostclock_vdso_enable - let the vDSO read a counter
 * @which: which counter
 * @base: called for every update of the vDSO data
 *
 * Context: enable() of a clocksource with that vdso_clock_mode.
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

/**
 * hostclock_vdso_update - tell the vDSO what was accepted, and where a counter is
 * @data: its place in the vDSO data
 * @which: counter
 *
 * Context: the write section of the vDSO data and of the timekeeper; the clocksource
 * has the vdso_clock_mode that hostclock_vdso_enable() was called for.
 */
void hostclock_vdso_update(struct hostclock_vdso_data *data, enum hostclock_counter which)
{
	data->slot = vdso_slot;
	data->accepted = vdso_accepted;
	vdso_base(which, &data->base);
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
		return vmf_insert_pfn(vma, addr, page_to_pfn(ZERO_PAGE(addr)));

	/* Shared with the host, so not encrypted where guest memory is. */
	return vmf_insert_pfn_prot(vma, addr, PHYS_PFN(phys),
				   pgprot_decrypted(vma->vm_page_prot));
}
