// SPDX-License-Identifier: GPL-2.0
/* The vmclock structure that begins every guest page. */
#include <hostclock/writer.h>

#include "page.h"
#include "rate.h"
#include "vmclock.h"

/* rate < 2^58, so shifting it by 16 + this stays below 2^127. */
#define MAX_PERIOD_SHIFT	53

/*
 * vmclock's period is in 2^-(64 + shift) s per count.  With the rate in
 * 2^-RATE_BITS ns, that is rate * 2^(64 - RATE_BITS + shift) / 10^9.  The
 * largest shift for which it fits 64 bits keeps all precision there is.
 */
static u64 period(u64 rate, u8 *shift)
{
	struct hostclock_u128 n = { .lo = rate };
	u64 frac = ~0ULL;

	for (*shift = MAX_PERIOD_SHIFT; *shift; (*shift)--) {
		frac = hostclock_div_near(hostclock_shl(n, 64 - RATE_BITS + *shift),
					  NSEC_PER_SEC);
		if (frac != ~0ULL)
			break;
	}
	return frac;
}

/* ns below a second, in 2^-64 s. */
static u64 frac_sec(u64 ns)
{
	struct hostclock_u128 n = { .hi = ns };

	return hostclock_div(n, NSEC_PER_SEC, NULL);
}

static void fill_time(struct hostclock_vmclock *vc, const struct pset *p,
		      u64 tsc_offset)
{
	u64 mono = p->mono_sec * NSEC_PER_SEC + (p->mono_snsec >> p->shift);
	s64 tai = mono + p->wall_ns + p->tai_sec * NSEC_PER_SEC;
	u64 rate = (u64)p->mult << (RATE_BITS - p->shift);
	u64 frac;
	u8 shift;

	frac = period(rate, &shift);
	vc->counter_period_shift = shift;
	vc->counter_value = htole64(p->cycle_last + tsc_offset);
	vc->counter_period_frac_sec = htole64(frac);
	frac = rate_muldiv(frac, p->maxerror_rate_ppb, PPB);
	vc->counter_period_esterror_rate_frac_sec = htole64(frac);
	vc->counter_period_maxerror_rate_frac_sec = htole64(frac);
	vc->time_sec = htole64(tai / NSEC_PER_SEC);
	vc->time_frac_sec = htole64(frac_sec(tai % NSEC_PER_SEC));
	vc->time_esterror_nanosec = htole64(p->maxerror_ns);
	vc->time_maxerror_nanosec = htole64(p->maxerror_ns);
	vc->clock_status = p->status;
	vc->tai_offset_sec = htole16(p->tai_sec);
	vc->leap_indicator = p->leap_indicator;
}

static u64 flags(const struct pset *p)
{
	u64 flags = HOSTCLOCK_VMCLOCK_PERIOD_ESTERROR_VALID |
		    HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID |
		    HOSTCLOCK_VMCLOCK_TIME_ESTERROR_VALID |
		    HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID |
		    HOSTCLOCK_VMCLOCK_VM_GEN_COUNTER_PRESENT;

	if (p->flags & HOSTCLOCK_PARAMS_TAI_VALID)
		flags |= HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	return flags;
}

/* Write the structure from the newest set of the page that the guest follows. */
void vmclock_publish(struct exporter *x, struct vm *vm)
{
	struct hostclock_vmclock *vc = &vm->gp->vmclock;
	const struct page *pg = pages_find(x, vm->format, vm->smear);
	const struct pset *p = &pg->set;

	hostclock_seq_claim_at(&vc->seq_count, vm->vmclock_seq);
	vc->magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	vc->size = htole32(HOSTCLOCK_PAGE_SIZE);
	vc->version = htole16(1);
	vc->counter_id = HOSTCLOCK_COUNTER_INVALID;
	vc->time_type = HOSTCLOCK_VMCLOCK_TIME_TAI;
	vc->disruption_marker = htole64(vm->marker);
	vc->vm_generation_counter = htole64(vm->generation);
	vc->flags = htole64(HOSTCLOCK_VMCLOCK_VM_GEN_COUNTER_PRESENT);
	vc->clock_status = HOSTCLOCK_STATUS_UNKNOWN;
	vc->leap_second_smearing_hint = pg->smear;
	if (vm->epoch && p->epoch) {
		vc->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
		vc->flags = htole64(flags(p));
		fill_time(vc, p, vm->tsc_offset);
	}
	hostclock_seq_publish_at(&vc->seq_count, vm->vmclock_seq);
	vm->vmclock_seq += 2;
}

/*
 * Renew a few guests' structures, others each time: constant work per update.
 * Meanwhile their error fields cover what the clock may have been steered.
 */
void vmclock_renew_some(struct exporter *x)
{
	static struct vm *cursor;
	struct vm *vm;
	int i;

	for (vm = x->vms; vm && vm != cursor; vm = vm->next)
		;
	for (i = 0; i < VMCLOCKS_PER_UPDATE; i++) {
		vm = vm ? vm : x->vms;
		if (!vm)
			break;
		vmclock_publish(x, vm);
		vm = vm->next;
	}
	cursor = vm;
}

/* After a clock was set: nobody's may go on. */
void vmclock_renew_all(struct exporter *x)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next)
		vmclock_publish(x, vm);
}
