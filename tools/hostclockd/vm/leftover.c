// SPDX-License-Identifier: GPL-2.0
/*
 * Page files of guests whom the state file does not name, because it was lost or
 * damaged.  What a page says is all that is left of its guest: it is taken up as if it
 * had been detached, so that attaching continues its clocks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hostclock/validate.h>

#include "attach.h"
#include "base/files.h"
#include "clock/copies.h"
#include "clock/line.h"
#include "clock/view.h"
#include "guest.h"
#include "leftover.h"

/* A guest's counters are at most so far from the host's; a page may say anything. */
#define OFFSET_MAX	(1LL << 62)

/* Return: whether there is a guest page that can be understood. */
static bool read_page(int dir, struct vm *vm, struct hostclock_guest_page *gp)
{
	enum hostclock_page_error error;
	struct problem why;
	struct stat st;
	bool good;
	int fd;

	fd = files_open(dir, vm->name, &why);
	if (fd < 0) {
		say("vm/%s", why.text);
		return false;
	}
	good = !fstat(fd, &st) && pread(fd, gp, sizeof(*gp), 0) == sizeof(*gp) &&
	       (st.st_size == HOSTCLOCK_PAGE_SIZE || st.st_size == PLAIN_FILE_SIZE ||
		st.st_size == PRIVATE_FILE_SIZE || st.st_size == FILES_PIECE_SIZE);
	close(fd);
	if (!good)
		return false;
	vm->private = !(st.st_mode & 0044);
	error = hostclock_validate_guest_page(gp);
	return error == HOSTCLOCK_PAGE_OK || error == HOSTCLOCK_PAGE_GUEST_EPOCH;
}

static bool is_offset(s64 ns)
{
	return ns >= -OFFSET_MAX && ns <= OFFSET_MAX;
}

/* How its clocks relate to the host's, unless that was just being written. */
static void take_relation(struct vm *vm, const struct hostclock_guest_page *gp)
{
	s64 mono = HOSTCLOCK_LE64(gp->mono_offset_ns), raw = HOSTCLOCK_LE64(gp->raw_offset_ns);

	if (HOSTCLOCK_LE32(gp->seq) & 1 || !is_offset(mono) || !is_offset(raw) ||
	    gp->cause > HOSTCLOCK_CAUSE_EXPORTER ||
	    hostclock_validate_guest_page(gp) != HOSTCLOCK_PAGE_OK)
		return;
	vm->page.epoch = HOSTCLOCK_LE64(gp->epoch);
	vm->page.cause = gp->cause;
	vm->page.tsc_offset = HOSTCLOCK_LE64(gp->tsc_offset);
	vm->page.mono_offset = mono;
	vm->page.raw_offset = raw;
	vm->page.resume_tsc = HOSTCLOCK_LE64(gp->resume_tsc);
	vm->page.gap_ns = HOSTCLOCK_LE64(gp->gap_ns);
	vm->page.stop_tsc = HOSTCLOCK_LE64(gp->stop_tsc);
	vm->page.gaps_ns = HOSTCLOCK_LE64(gp->gaps_ns);
	vm->page.ran_on_tsc = HOSTCLOCK_LE64(gp->ran_on_tsc);
	vm->page.gap_error_ns = HOSTCLOCK_LE64(gp->gap_maxerror_ns);
	vm->page.gaps_error_ns = HOSTCLOCK_LE64(gp->gaps_maxerror_ns);
	vm->state = VM_RUNNING;
}

static void take_page(struct vm *vm, const struct hostclock_guest_page *gp)
{
	vm->format = gp->clock_format;
	vm->smear = gp->clock_smear;
	vm->policy = gp->mono_policy;
	vm->next_cause = VM_CAUSE_FOUND;
	memcpy(vm->page.vm_id, gp->vm_id, sizeof(vm->page.vm_id));
	vm->page.generation = HOSTCLOCK_LE64(gp->generation);
	vm->page.marker = HOSTCLOCK_LE64(gp->vmclock.disruption_marker);
	vm->page.seq = (HOSTCLOCK_LE32(gp->seq) + 1) & ~1U;
	vm->page.vmclock_seq = (HOSTCLOCK_LE32(gp->vmclock.seq_count) + 1) & ~1U;
	take_relation(vm, gp);
}

static void take(struct exporter *x, const char *name)
{
	struct vm like = { .private = false }, *vm;
	struct hostclock_guest_page gp;
	struct problem why;

	if (!vm_name_ok(name, &why) || vm_find(x, name) || vm_count(x) >= VM_MAX)
		return;
	snprintf(like.name, sizeof(like.name), "%s", name);
	if (!read_page(x->vm_dir, &like, &gp)) {
		say("vm/%s: no guest page; remove it, or create the VM again", name);
		return;
	}
	take_page(&like, &gp);
	if (!view_page(&x->clock, like.format, like.smear))
		like.smear = x->opt.smear;
	vm = vm_create(x, &like, &why);
	if (!vm) {
		say("%s: %s", name, why.text);
		return;
	}
	vm_detach(x, vm);
	say("%s: its page file alone is left; it is detached: attach it again", name);
}

/* Take up whoever has a page file and is not known. */
void leftover_take(struct exporter *x)
{
	int fd = openat(x->vm_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] != '.')
			take(x, e->d_name);
	}
	if (d)
		closedir(d);
}
