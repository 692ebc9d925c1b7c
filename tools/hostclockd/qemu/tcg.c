// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemuelf.h"
#include "tcg.h"
#include "tcgcache.h"

/* A VM that runs reads its TSC, or QEMU does for it, at least this often. */
#define WINDOW_SEC	10
/* Read of a word that QEMU is just writing: tried again this often. */
#define READ_TRIES	100

/* As they stand in QEMU's memory, from 8 bytes before the offset on. */
struct words {
	u64 previous;
	u64 offset;
	u32 count;
	u32 unrelated;
};

/* When the guest was last given a TSC value, in ticks before @now. */
static u64 age(const struct words *w, u64 now)
{
	return now - (w->previous - w->offset);
}

/* Did that TSC start from 0 within QEMU's life? One that migrated did not. */
static bool started_here(const struct words *w, u64 now, u64 t0)
{
	return -w->offset - t0 <= now - t0;
}

/*
 * Could this be the offset of a VM that runs?  Either the guest was lately given
 * a TSC value, or it never was, and its TSC started from 0 within QEMU's life.
 * Plain TSC values that a program keeps have a 0 beside them, not an offset.
 */
static bool plausible(const struct words *w, u64 now, u64 window, u64 t0)
{
	if (!w->offset || (w->count & 1))
		return false;
	if (w->previous)
		return age(w, now) <= window;
	return started_here(w, now, t0);
}

/* What could be the offset, and does not look as if the VM was started here. */
struct doubt {
	pid_t pid;
	u64 address;
	u64 previous;
};

/*
 * Two unrelated words may differ by about the TSC.  started_here() rules them out,
 * unless the VM has not started or was migrated here; then that they do not change
 * does.
 */
static int search(const u8 *data, u64 size, u64 window, u64 t0, u64 *at,
		  bool *sure)
{
	u64 now = hostclock_rdtsc(), place[2] = { 0 };
	int hits[2] = { 0 };
	struct words w;
	bool here;
	u64 i;

	for (i = 0; i + sizeof(w) <= size; i += 8) {
		memcpy(&w, data + i, sizeof(w));
		if (!plausible(&w, now, window, t0))
			continue;
		here = started_here(&w, now, t0);
		place[here] = i + offsetof(struct words, offset);
		hits[here]++;
	}
	here = hits[true];
	*at = place[here];
	*sure = here;
	return hits[here];
}

/* Has the guest been given a TSC value since this candidate was first found? */
static bool moved(const struct words *w, pid_t pid, u64 address)
{
	static struct doubt doubt;
	struct doubt now = { pid, address, w->previous };
	bool same = doubt.pid == pid && doubt.address == address;

	if (same && doubt.previous != now.previous)
		return true;
	doubt = now;
	return false;
}

static int scan(struct tcg *t, const struct elf_data *d, pid_t pid, u64 window,
		u64 t0, struct problem *why)
{
	u8 *data = malloc(d->size);
	struct words w = { 0 };
	bool sure = false;
	u64 at = 0;
	int hits;

	if (!data)
		return problem_errno(why, "cannot allocate %llu bytes",
				     (unsigned long long)d->size);
	if (pread(t->fd, data, d->size, d->start) != (ssize_t)d->size) {
		free(data);
		return problem_errno(why, "cannot read the QEMU's data");
	}
	hits = search(data, d->size, window, t0, &at, &sure);
	if (hits)
		memcpy(&w, data + at - offsetof(struct words, offset), sizeof(w));
	free(data);
	if (hits == 1 && !sure && !moved(&w, pid, d->start + at))
		hits = 0;
	if (!hits) {
		problem_set(why,
			    "no TSC offset found in its data: is it a QEMU with -accel tcg, and is the VM running? A stopped VM can be attached only once a running one of the same build has been");
		why->again = true;
		return -1;
	}
	if (hits > 1) {
		problem_set(why,
			    "%d values in its data could be the TSC offset; try again, or give it with --tsc-offset",
			    hits);
		why->again = !sure;
		return -1;
	}
	t->address = d->start + at;
	return 0;
}

/**
 * tcg_open - find a QEMU's TSC offset
 * @t: where to put what tcg_read() needs
 * @pid: the QEMU
 * @tick_hz: the TSC's frequency
 * @t0: a TSC value of before it was started
 * @why: what went wrong
 *
 * Where it is found is remembered, relative to the build's load address.
 *
 * Return: 0 or -1.
 */
int tcg_open(struct tcg *t, pid_t pid, u64 tick_hz, u64 t0,
	     struct problem *why)
{
	struct elf_data d;
	char name[32];
	u64 known;

	t->fd = -1;
	t->settled = false;
	if (elf_data_find(pid, &d, why))
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	t->fd = open(name, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0)
		return problem_errno(why, "%s: cannot open", name);
	known = tcgcache_find(d.key);
	t->address = d.bias + known;
	if (!known && scan(t, &d, pid, WINDOW_SEC * tick_hz, t0, why)) {
		tcg_close(t);
		return -1;
	}
	tcgcache_add(d.key, t->address - d.bias);
	return 0;
}

/**
 * tcg_read - read the offset
 * @t: from tcg_open()
 * @s: what was seen
 * @why: what went wrong
 *
 * Return: TCG_OK, TCG_FAILED or TCG_GONE.
 */
enum tcg_result tcg_read(struct tcg *t, struct tcg_state *s,
			 struct problem *why)
{
	struct words w, again;
	int tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		u64 at = t->address - offsetof(struct words, offset);
		ssize_t n = pread(t->fd, &w, sizeof(w), at);
		u32 count = w.count;

		if (n == sizeof(w))
			n = pread(t->fd, &again, sizeof(again), at);
		if (!n)
			return TCG_GONE;
		if (n != sizeof(w)) {
			problem_errno(why, "cannot read the QEMU's memory");
			return TCG_FAILED;
		}
		if ((count & 1) || again.count != count ||
		    again.offset != w.offset)
			continue;
		s->value = w.offset;
		s->count = count;
		/*
		 * Running, this is the host's TSC when the guest was last given
		 * one.  Stopped, offset is the guest's TSC, not before previous.
		 */
		s->running = (s64)(w.previous - w.offset) > 0;
		return TCG_OK;
	}
	problem_set(why, "the QEMU keeps changing its TSC offset");
	return TCG_FAILED;
}

void tcg_close(struct tcg *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}
