// SPDX-License-Identifier: GPL-2.0
/* The vmclock structure that begins every guest page. */
#include <hostclock/vmclock.h>
#include <hostclock/writer.h>

#include "clock/view.h"
#include "vmclock.h"

/* Write the vmclock structure from the newest parameters of the guest's clock page. */
void vmclock_publish(struct exporter *x, struct vm *vm)
{
	const struct page_view *pg = view_page(&x->clock, vm->format, vm->smear);
	struct hostclock_vmclock *vc = &vm->page.map->vmclock;
	struct hostclock_vmclock time = {
		.flags = htole64(HOSTCLOCK_VMCLOCK_VM_GEN_COUNTER_PRESENT),
	};
	struct hostclock_params p;

	params_encode(&pg->params, &p);
	time.magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	time.size = htole32(HOSTCLOCK_PAGE_SIZE);
	time.version = htole16(1);
	time.counter_id = HOSTCLOCK_COUNTER_INVALID;
	time.time_type = HOSTCLOCK_VMCLOCK_TIME_TAI;
	time.seq_count = htole32(vm->page.vmclock_seq | 1);
	time.disruption_marker = htole64(vm->page.marker);
	time.vm_generation_counter = htole64(vm->page.generation);
	time.leap_second_smearing_hint = pg->smear;
	if (vm->page.epoch && pg->params.epoch &&
	    hostclock_to_vmclock(&p, vm->page.tsc_offset, &time))
		time.counter_id = HOSTCLOCK_COUNTER_X86_TSC;

	hostclock_seq_claim_at(&vc->seq_count, vm->page.vmclock_seq);
	*vc = time;
	hostclock_seq_publish_at(&vc->seq_count, vm->page.vmclock_seq);
	vm->page.vmclock_seq += 2;
}

/*
 * Renew a few guests' structures in turn: constant work.  Their error
 * fields cover by how much the clock may be steered meanwhile.
 */
void vmclock_renew_some(struct exporter *x)
{
	struct vm *first = x->renew_next ? x->renew_next : x->vms, *vm = first;
	int i;

	for (i = 0; i < VMCLOCKS_AT_A_TIME && vm && (!i || vm != first); i++) {
		vmclock_publish(x, vm);
		vm = vm->next ? vm->next : x->vms;
	}
	x->renew_next = vm;
}

/* Renew all structures, after the clock was set or lost. */
void vmclock_renew_all(struct exporter *x)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next)
		vmclock_publish(x, vm);
}
