// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hostclock/writer.h>

#include "files.h"
#include "guest.h"
#include "page.h"
#include "publish.h"
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

static bool name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len <= VM_NAME_MAX && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* Write what the guest page says; a page that was scribbled on is whole again. */
void vm_publish(struct exporter *x, struct vm *vm)
{
	struct hostclock_guest_page *gp = vm->gp;

	hostclock_seq_claim_at(&gp->seq, vm->seq);
	gp->magic = htole32(HOSTCLOCK_GUEST_MAGIC);
	gp->version = htole16(HOSTCLOCK_VERSION);
	gp->size = htole16(sizeof(*gp));
	gp->clock_format = vm->format;
	gp->clock_smear = vm->smear;
	gp->mono_policy = vm->policy;
	gp->cause = vm->cause;
	gp->epoch = htole64(vm->epoch);
	gp->tsc_offset = htole64(vm->tsc_offset);
	gp->mono_offset_ns = htole64(vm->mono_offset);
	gp->raw_offset_ns = htole64(vm->raw_offset);
	gp->generation = htole64(vm->generation);
	gp->resume_tsc = htole64(vm->resume_tsc);
	gp->gap_ns = htole64(vm->gap_ns);
	memcpy(gp->vm_id, vm->vm_id, sizeof(gp->vm_id));
	hostclock_seq_publish_at(&gp->seq, vm->seq);
	vm->seq += 2;
	vmclock_publish(x, vm);
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
		publish_copy(x, vm->copies);
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

	if (!name_ok(like->name)) {
		problem_set(why, "\"%s\" cannot name a VM: 1 to %d letters, digits, '.', '_' and '-', not beginning with '.'",
			    like->name, VM_NAME_MAX);
		return NULL;
	}
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

static void clocks_at(struct exporter *x, const struct vm *vm, u64 counter,
		      u64 *mono, u64 *raw)
{
	const struct page *pg = pages_find(x, vm->format, vm->smear);
	const struct pset *p = page_set_at(pg, counter);

	*mono = pset_mono(p, counter);
	*raw = pset_raw(p, counter);
}

/* The guest's counter stands still since @guest_tsc; remember the time. */
void vm_stopped(struct exporter *x, struct vm *vm, u64 guest_tsc)
{
	vm->state = VM_STOPPED;
	vm->stop_tsc = guest_tsc;
	clocks_at(x, vm, guest_tsc - vm->tsc_offset, &vm->stop_mono,
		  &vm->stop_raw);
}

/*
 * The guest's clocks continue at @resume_tsc, under the new offset, where they
 * were at that value of the guest's TSC under the old one.
 */
static void bridge(struct exporter *x, struct vm *vm, u64 tsc_offset)
{
	u64 mono, raw;

	vm->resume_tsc = vm->stop_tsc;
	if (vm->state != VM_STOPPED) {
		vm->resume_tsc = vm_host_counter(x, vm) + tsc_offset;
		clocks_at(x, vm, vm->resume_tsc - vm->tsc_offset,
			  &vm->stop_mono, &vm->stop_raw);
	}
	clocks_at(x, vm, vm->resume_tsc - tsc_offset, &mono, &raw);
	vm->gap_ns = mono - vm->stop_mono;
	if (vm->policy != HOSTCLOCK_POLICY_STEAL)
		vm->mono_offset -= mono - vm->stop_mono;
	vm->raw_offset -= raw - vm->stop_raw;
}

/**
 * vm_set_offset - the guest runs, and this is its offset
 * @x: the exporter
 * @vm: the guest
 * @tsc_offset: guest TSC - the counter of the page it follows
 * @cause: HOSTCLOCK_CAUSE_*, if it is another one than before
 */
void vm_set_offset(struct exporter *x, struct vm *vm, u64 tsc_offset, u8 cause)
{
	bool first = !vm->marker;

	if (vm->epoch && vm->tsc_offset == tsc_offset) {
		vm->state = VM_RUNNING;
		return;
	}
	if (first) {
		vm->resume_tsc = 0;
		vm->gap_ns = 0;
	} else {
		bridge(x, vm, tsc_offset);
	}
	vm->cause = first ? HOSTCLOCK_CAUSE_NONE : cause;
	vm->tsc_offset = tsc_offset;
	vm->state = VM_RUNNING;
	vm->epoch = exporter_new_epoch(x);
	vm->marker++;
	vm_publish(x, vm);
}
