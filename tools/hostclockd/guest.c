// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hostclock/continuity.h>
#include <hostclock/reader.h>
#include <hostclock/writer.h>

#include "faults.h"
#include "files.h"
#include "guest.h"
#include "page.h"
#include "publish.h"
#include "state.h"
#include "vmclock.h"

static size_t file_size(const struct vm *vm)
{
	return vm->private ? PRIVATE_FILE_SIZE : HOSTCLOCK_PAGE_SIZE;
}

struct vm *vm_find(struct exporter *x, const char *name)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next) {
		if (!strcmp(vm->name, name))
			return vm;
	}
	return NULL;
}

/* A name is a file's, below vm/. */
bool vm_name_ok(const char *name, struct problem *why)
{
	size_t len = strlen(name);

	if (len && len <= VM_NAME_MAX && name[0] != '.' &&
	    strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len)
		return true;
	problem_set(why,
		    "\"%s\" cannot name a VM: 1 to %d letters, digits, '.', '_' and '-', not beginning with '.'",
		    name, VM_NAME_MAX);
	return false;
}

/*
 * Write all that changes only now and then; whatever had been written over it (by
 * a guest, or by a migration) is gone.
 */
void vm_publish(struct exporter *x, struct vm *vm)
{
	struct hostclock_guest_page *gp = vm->gp;
	struct hostclock_guest_page page = {
		.magic = htole32(HOSTCLOCK_GUEST_MAGIC),
		.version = htole16(HOSTCLOCK_VERSION),
		.size = htole16(sizeof(page)),
		.seq = htole32(vm->seq | 1),
		.clock_format = vm->format,
		.clock_smear = vm->smear,
		.mono_policy = vm->policy,
		.cause = vm->cause,
		.epoch = htole64(vm->epoch),
		.tsc_offset = htole64(vm->tsc_offset),
		.mono_offset_ns = htole64(vm->mono_offset),
		.raw_offset_ns = htole64(vm->raw_offset),
		.generation = htole64(vm->generation),
		.resume_tsc = htole64(vm->resume_tsc),
		.gap_ns = htole64(vm->gap_ns),
	};

	memcpy(page.vm_id, vm->vm_id, sizeof(page.vm_id));
	faults_guest(&page);
	hostclock_seq_claim_at(&gp->seq, vm->seq);
	memcpy(gp->reserved0, page.reserved0,
	       sizeof(page) - offsetof(struct hostclock_guest_page, reserved0));
	hostclock_seq_publish_at(&gp->seq, vm->seq);
	vm->seq += 2;
	vmclock_publish(x, vm);
	if (vm->private)
		publish_copy(x, vm->copies);
}

static int map_file(struct exporter *x, struct vm *vm, struct problem *why)
{
	bool created;

	vm->gp = files_map(x->vm_dir, vm->name, file_size(vm),
			   vm->private ? 0600 : 0644, &created, why);
	if (!vm->gp)
		return -1;
	if (vm->private) {
		vm->copies = (void *)vm->gp + HOSTCLOCK_PAGE_SIZE;
		vm->next_private = x->private_vms;
		x->private_vms = vm;
	}
	return 0;
}

/**
 * vm_create - make a guest's page file
 * @x: the exporter
 * @like: name, private, format, smear and policy; from a restart also the rest
 * @why: what went wrong
 *
 * Return: the guest, or NULL.
 */
struct vm *vm_create(struct exporter *x, const struct vm *like,
		     struct problem *why)
{
	struct vm *vm;

	if (!vm_name_ok(like->name, why))
		return NULL;
	if (vm_find(x, like->name)) {
		problem_set(why, "%s: exists already; remove it first, or choose another name",
			    like->name);
		return NULL;
	}
	vm = malloc(sizeof(*vm));
	if (!vm) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	*vm = *like;
	vm->tcg.fd = -1;
	vm->gp = NULL;
	vm->copies = NULL;
	if (map_file(x, vm, why)) {
		free(vm);
		return NULL;
	}
	vm->next = x->vms;
	x->vms = vm;
	vm_publish(x, vm);
	return vm;
}

/* Stop following; the page says that it must not be used. */
void vm_detach(struct exporter *x, struct vm *vm)
{
	if (vm->epoch && vm->state == VM_RUNNING)
		vm_stopped(x, vm, vm_host_counter(x, vm) + vm->tsc_offset);
	tcg_close(&vm->tcg);
	vm->method = VM_DETACHED;
	vm->state = VM_IDLE;
	vm->epoch = 0;
	vm->marker++;
	vm_publish(x, vm);
}

void vm_remove(struct exporter *x, struct vm *vm)
{
	struct vm **link = &x->vms;

	vm_detach(x, vm);
	while (*link != vm)
		link = &(*link)->next;
	*link = vm->next;
	if (x->renew_next == vm)
		x->renew_next = vm->next;
	if (x->poll_next == vm)
		x->poll_next = vm->next;
	for (link = &x->private_vms; *link; link = &(*link)->next_private) {
		if (*link == vm) {
			*link = vm->next_private;
			break;
		}
	}
	unlinkat(x->vm_dir, vm->name, 0);
	munmap(vm->gp, file_size(vm));
	free(vm);
}

/* The counter of the page that the guest follows, now. */
u64 vm_host_counter(const struct exporter *x, const struct vm *vm)
{
	struct page *pg = pages_find((struct exporter *)x, vm->format,
				     vm->smear);

	return page_counter(x, pg, hostclock_rdtsc());
}

/*
 * The set that held, or holds, at a counter value of the page followed.  Further
 * back than the page remembers, the older set is taken to have held already.
 */
static void set_at(struct exporter *x, const struct vm *vm, u64 counter,
		   struct hostclock_params *set)
{
	const struct page *pg = pages_find(x, vm->format, vm->smear);
	struct pset p = *page_set_at(pg, counter);

	if ((s64)(counter - p.cycle_last) < 0)
		pset_rebase(&p, counter, pset_mono(&p, counter),
			    pset_raw(&p, counter));
	pset_encode(&p, set);
}

/**
 * vm_stopped - the guest's counter stands still
 * @x: the exporter
 * @vm: the guest
 * @guest_tsc: where
 *
 * Remembers what its clocks said there, for them to continue from.
 */
void vm_stopped(struct exporter *x, struct vm *vm, u64 guest_tsc)
{
	vm->state = VM_STOPPED;
	/* Looked at again, or never told a time. */
	if (!vm->epoch || (vm->has_stopped && vm->stop_tsc == guest_tsc))
		return;
	vm->has_stopped = true;
	vm->stop_tsc = guest_tsc;
	vm->stop_offset = vm->tsc_offset;
	vm->stop_mono = vm->mono_offset;
	vm->stop_raw = vm->raw_offset;
	set_at(x, vm, guest_tsc - vm->tsc_offset, &vm->stop_set);
}

static u64 mono_at(const struct hostclock_params *set, u64 counter)
{
	u64 delta;

	hostclock_position(set, counter, &delta);
	return hostclock_set_ns(set, HOSTCLOCK_MONO, delta);
}

/*
 * The guest's clocks continue at resume_tsc, under the new offset, where they
 * were at that value of the guest's TSC under the old one.
 */
static void bridge(struct exporter *x, struct vm *vm, u64 tsc_offset)
{
	struct hostclock_stretch before = { &vm->stop_set, vm->stop_offset,
					    vm->stop_mono, vm->stop_raw };
	struct hostclock_params now;
	struct hostclock_stretch after = { &now, tsc_offset, 0, 0 };
	struct hostclock_jump jump;
	u64 start, end;

	set_at(x, vm, vm->stop_tsc - tsc_offset, &now);
	start = mono_at(&vm->stop_set, vm->stop_tsc - vm->stop_offset);
	end = mono_at(&now, vm->stop_tsc - tsc_offset);
	vm->resume_tsc = vm->stop_tsc;
	vm->gap_ns = end > start ? end - start : 0;
	if (!hostclock_continue(&before, vm->stop_tsc, &after, vm->stop_tsc,
				vm->gap_ns,
				vm->policy == HOSTCLOCK_POLICY_STEAL ?
				HOSTCLOCK_GAP_STEAL : HOSTCLOCK_GAP_SUSPEND,
				&jump))
		say("%s: cannot continue across a gap of %llu ns, and follows the host's clocks",
		    vm->name, (unsigned long long)vm->gap_ns);
	vm->mono_offset = after.mono_offset;
	vm->raw_offset = after.raw_offset;
}

/* Is the last stop known to be where the present offset ended? */
static bool stop_is_end(const struct vm *vm)
{
	if (vm->predicted)
		return true;
	return vm->has_stopped && vm->stop_offset == vm->tsc_offset &&
	       (vm->state == VM_STOPPED || vm->state == VM_GONE);
}

/* Why this epoch began; a prediction and its correction have one reason. */
static void take_cause(struct exporter *x, struct vm *vm)
{
	if (vm->predicted)
		return;
	vm->cause = vm->next_cause;
	if (vm->cause == HOSTCLOCK_CAUSE_RESTORE ||
	    vm->cause == HOSTCLOCK_CAUSE_CLONE)
		vm->generation = exporter_new_epoch(x);
	vm->next_cause = vm->method == VM_TCG ? HOSTCLOCK_CAUSE_STOP :
						HOSTCLOCK_CAUSE_OFFSET;
}

/**
 * vm_set_offset - the guest runs, and this is its offset
 * @x: the exporter
 * @vm: the guest
 * @tsc_offset: guest TSC - the counter of the page it follows
 */
void vm_set_offset(struct exporter *x, struct vm *vm, u64 tsc_offset)
{
	if (vm->epoch && vm->tsc_offset == tsc_offset) {
		vm->state = VM_RUNNING;
		return;
	}
	if (vm->epoch && !stop_is_end(vm))
		vm_stopped(x, vm, vm_host_counter(x, vm) + tsc_offset);
	if (vm->has_stopped)
		bridge(x, vm, tsc_offset);
	take_cause(x, vm);
	vm->tsc_offset = tsc_offset;
	vm->state = VM_RUNNING;
	vm->epoch = exporter_new_epoch(x);
	vm->marker++;
	vm_publish(x, vm);
	state_save(x);
}
