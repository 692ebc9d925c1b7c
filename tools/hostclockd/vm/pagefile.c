// SPDX-License-Identifier: GPL-2.0
/*
 * Whoever has a page file open for writing can truncate it, or let it grow.  That must
 * hurt their VM alone: writers go on (see guard.h), and the file is mended when it is
 * noticed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hostclock/line.h>

#include "base/changes.h"
#include "base/files.h"
#include "base/guard.h"
#include "base/rate.h"
#include "clock/copies.h"
#include "clock/line.h"
#include "pagefile.h"

/* So often all files are checked, if anything has happened to any. */
#define CHECK_NS	NSEC_PER_SEC
/* And otherwise one each time but so many: what is done by another link to it is not told. */
#define UNTOLD_CHECKS	8
/* A file is mended no more often. */
#define MEND_NS		NSEC_PER_SEC

static struct vm *next;
static u64 checked_tsc;
static unsigned int faults, checks;
/* There is a file that is to be mended, but not yet. */
static bool bad;

/* What is used of it, and mapped */
static size_t size_of(const struct vm *vm)
{
	return vm->private ? PRIVATE_FILE_SIZE : PLAIN_FILE_SIZE;
}

/* Put aside what has the file's name and can never be it, such as a link. */
static void *map_or_put_aside(struct exporter *x, struct vm *vm, struct problem *why)
{
	const struct files_kind kind = {
		.size = size_of(vm), .piece = FILES_PIECE_SIZE,
		.mode = vm->private ? 0600 : 0644, .lent = true,
	};
	char aside[VM_NAME_MAX + 8];
	void *map;

	map = files_map(x->vm_dir, vm->name, &kind, &vm->file.created, why);
	snprintf(aside, sizeof(aside), ".%s.bad", vm->name);
	if (map || errno != EPERM || !files_aside(x->vm_dir, vm->name, aside))
		return map;
	say("bad page file: vm/%s; it is vm/%s now, and a new one is there: start the VM again",
	    why->text, aside);
	return files_map(x->vm_dir, vm->name, &kind, &vm->file.created, why);
}

/**
 * pagefile_open - map a guest's page file, creating it if need be
 * @x: the exporter
 * @vm: the guest: name and private
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int pagefile_open(struct exporter *x, struct vm *vm, struct problem *why)
{
	struct stat st;

	vm->page.map = map_or_put_aside(x, vm, why);
	if (!vm->page.map)
		return -1;
	if (fstatat(x->vm_dir, vm->name, &st, AT_SYMLINK_NOFOLLOW)) {
		problem_errno(why, "%s: stat", vm->name);
	} else if (!guard_add(vm->page.map, size_of(vm), why)) {
		vm->file.dev = st.st_dev;
		vm->file.ino = st.st_ino;
		return 0;
	}
	munmap(vm->page.map, size_of(vm));
	return -1;
}

static void unmap(struct vm *vm)
{
	guard_remove(vm->page.map);
	munmap(vm->page.map, size_of(vm));
}

/**
 * pagefile_close_line - have the guest's vDSO read nothing by its line page
 * @vm: the guest
 *
 * For when the clock, which writes that page, does not: it opens the page when it is back.
 */
void pagefile_close_line(const struct vm *vm)
{
	char *end = (char *)vm->page.map + size_of(vm);

	hostclock_line_close((struct hostclock_line_page *)(end - HOSTCLOCK_PAGE_SIZE));
}

/* It is not used after all: leave it as it was. */
void pagefile_forget(struct exporter *x, struct vm *vm)
{
	if (vm->file.created)
		unlinkat(x->vm_dir, vm->name, 0);
	unmap(vm);
}

/* Take it away.  The guest is not in the list any more. */
void pagefile_remove(struct exporter *x, struct vm *vm)
{
	if (next == vm)
		next = vm->next;
	unlinkat(x->vm_dir, vm->name, 0);
	unmap(vm);
}

/* Map the file where it was, with its size. */
static int map_again(struct exporter *x, struct vm *vm, struct problem *why)
{
	int fd = files_open(x->vm_dir, vm->name, why);
	void *map;

	if (fd < 0)
		return -1;
	if (files_resize(fd, vm->name, size_of(vm), FILES_PIECE_SIZE, why)) {
		close(fd);
		return -1;
	}
	map = mmap(vm->page.map, size_of(vm), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE | MAP_FIXED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return problem_errno(why, "%s: cannot map", vm->name);
	guard_mended(vm->page.map);
	return 0;
}

/* At the 1st, 2nd, 4th, 8th... time: whoever does it may do it again and again. */
static void report(struct vm *vm)
{
	if (!(vm->file.bad & (vm->file.bad - 1)))
		say("%s: %s", vm->name, vm->file.problem.text);
}

/* Return: whether all of the page must be written again. */
static bool mend(struct exporter *x, struct vm *vm, long long size)
{
	u64 now = hostclock_rdtsc();
	struct problem why;

	if (vm->file.bad && rate_ns(now - vm->file.mended_tsc, x->clock.scale) < MEND_NS)
		return false;
	vm->file.mended_tsc = now;
	vm->file.bad++;
	if (map_again(x, vm, &why)) {
		problem_set(&vm->file.problem,
			    "bad page file: whoever has it left %lld bytes of %u; it cannot be mended yet: %s",
			    size, FILES_PIECE_SIZE, why.text);
		report(vm);
		return false;
	}
	problem_set(&vm->file.problem,
		    "bad page file: whoever has it (its QEMU) left %lld bytes of %u, %u times; mended, but the VM's clock may have been wrong: look into that QEMU, or remove the VM",
		    size, FILES_PIECE_SIZE, vm->file.bad);
	report(vm);
	return true;
}

/* The directory is ours: only root takes a file away. */
static void check_name(struct vm *vm, const struct stat *st)
{
	bool other = !st || st->st_dev != vm->file.dev || st->st_ino != vm->file.ino;
	const char *how = !other ? NULL : st ? "replaced" : "removed";

	if (how == vm->file.unnamed)
		return;
	vm->file.unnamed = how;
	if (!how)
		return;
	problem_set(&vm->file.problem,
		    "bad page file: vm/%s was %s; a QEMU that has the old one goes on with that, another one cannot: remove the VM, create it again and start it again",
		    vm->name, how);
	say("%s: %s", vm->name, vm->file.problem.text);
}

static void check(struct exporter *x, struct vm *vm, pagefile_write *write)
{
	struct stat st;
	bool there = !fstatat(x->vm_dir, vm->name, &st, AT_SYMLINK_NOFOLLOW);

	check_name(vm, there ? &st : NULL);
	if (vm->file.unnamed ||
	    (st.st_size == FILES_PIECE_SIZE && !guard_lost(vm->page.map)))
		return;
	if (mend(x, vm, st.st_size))
		write(x, vm);
	else
		bad = true;
}

/* Those that a store of ours has found to be short. */
static void check_lost(struct exporter *x, pagefile_write *write)
{
	struct vm *vm;

	if (faults == guard_count())
		return;
	faults = guard_count();
	for (vm = x->vms; vm; vm = vm->next) {
		if (guard_lost(vm->page.map))
			check(x, vm, write);
	}
}

/**
 * pagefile_check - check guests' files, once a second and if a store failed
 * @x: the exporter
 * @write: writes all of a guest's page
 */
void pagefile_check(struct exporter *x, pagefile_write *write)
{
	struct vm *first = next ? next : x->vms, *vm = first;
	u64 now = hostclock_rdtsc();
	bool all;

	check_lost(x, write);
	if (!vm || rate_ns(now - checked_tsc, x->clock.scale) < CHECK_NS)
		return;
	checked_tsc = now;
	all = changes_happened(x->vm_dir) || bad;
	bad = false;
	if (!all && ++checks % UNTOLD_CHECKS)
		return;
	do {
		check(x, vm, write);
		vm = vm->next ? vm->next : x->vms;
	} while (all && vm != first);
	next = vm;
}
