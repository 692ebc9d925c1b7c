// SPDX-License-Identifier: GPL-2.0
#include <unistd.h>

#include "base/files.h"
#include "clock/ask.h"
#include "clocklink.h"
#include "pagefile.h"

/* The clock as it is now. */
void clocklink_look(struct exporter *x)
{
	board_read(x->board, &x->clock);
}

/* The clock shall forget what an earlier process asked for. */
int clocklink_begin(struct exporter *x, struct problem *why)
{
	struct ask ask = { .what = ASK_BEGIN };

	return x->ask(&ask, -1, why);
}

/* Let the scaled pages, which nobody follows, count as a VM's scaled TSC does. */
int clocklink_rescale(struct exporter *x, const struct hostclock_tsc *tsc,
		      struct problem *why)
{
	struct ask ask = {
		.what = ASK_RESCALE,
		.ratio = tsc->ratio,
		.frac_bits = tsc->frac_bits,
	};

	if (x->ask(&ask, -1, why))
		return -1;
	clocklink_look(x);
	return 0;
}

/* Shall the host's kernel write a page? */
int clocklink_kernel(struct exporter *x, bool on, struct problem *why)
{
	struct ask ask = { .what = ASK_KERNEL, .id = on };

	return x->ask(&ask, -1, why);
}

static int add(struct exporter *x, struct vm *vm, enum ask_what what, struct problem *why)
{
	struct ask ask = { .what = what, .id = vm->copies_id };
	int fd = files_open(x->vm_dir, vm->name, why);
	int bad;

	if (fd < 0)
		return -1;
	bad = x->ask(&ask, fd, why);
	close(fd);
	return bad;
}

/**
 * clocklink_add - let the clock write copies of its pages into a guest's file
 * @x: the exporter
 * @vm: the guest, whose file is private
 * @why: what went wrong
 *
 * Return: 0, and they are there; or -1.
 */
int clocklink_add(struct exporter *x, struct vm *vm, struct problem *why)
{
	return add(x, vm, ASK_ADD_COPIES, why);
}

/* The same for a line page, in any file. */
int clocklink_add_line(struct exporter *x, struct vm *vm, struct problem *why)
{
	return add(x, vm, ASK_ADD_LINE, why);
}

/**
 * clocklink_follow - the guest page is about to say something else
 * @x: the exporter
 * @vm: the guest
 *
 * When this returns, its vDSO does not read the line page.  A clock that does not
 * answer opens it no more, either, or not before it was asked; what it has left open, as when
 * it died, is closed here.
 */
void clocklink_follow(struct exporter *x, struct vm *vm)
{
	const struct page_view *pg = view_page(&x->clock, vm->format, vm->smear);
	struct ask ask = {
		.what = ASK_FOLLOW_LINE,
		.id = vm->copies_id,
		.line = {
			.page = pg - x->clock.pages,
			.held = vm->state == VM_STOPPED,
			.epoch = vm->page.epoch,
			.tsc_offset = vm->page.tsc_offset,
			.mono_offset = vm->page.mono_offset,
		},
	};
	struct problem why;

	if (x->ask(&ask, -1, &why) && vm->page.map)
		pagefile_close_line(vm);
}

/* A guest that stands still has nobody to notice that its offset changes. */
void clocklink_set_state(struct vm *vm, enum vm_state state)
{
	bool held = vm->state == VM_STOPPED;

	vm->state = state;
	if (held || state == VM_STOPPED)
		clocklink_follow(vm->x, vm);
}

/* Somebody may have overwritten them.  A clock that does not answer does it when it starts. */
void clocklink_renew(struct exporter *x, struct vm *vm)
{
	struct ask ask = { .what = ASK_RENEW_COPIES, .id = vm->copies_id };
	struct problem why;

	x->ask(&ask, -1, &why);
}

static void remove_from(struct exporter *x, struct vm *vm, enum ask_what what)
{
	struct ask ask = { .what = what, .id = vm->copies_id };
	struct problem why;

	x->ask(&ask, -1, &why);
}

void clocklink_remove(struct exporter *x, struct vm *vm)
{
	remove_from(x, vm, ASK_REMOVE_LINE);
	if (vm->private)
		remove_from(x, vm, ASK_REMOVE_COPIES);
}
