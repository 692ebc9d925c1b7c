// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/errand.h"
#include "qemuelf.h"
#include "tcg.h"
#include "tcgcache.h"

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

/* What to look for, and where. */
struct search {
	const struct tcg *t;
	const struct elf_data *d;
};

/* What was found. */
struct finding {
	int hits;
	bool sure;
	u64 at;
	struct words w;
};

static int search_in(int fd, const struct search *s, struct finding *f, struct problem *why)
{
	const struct elf_data *d = s->d;
	u8 *data = malloc(d->size);

	if (!data)
		return problem_errno(why, "cannot allocate %llu bytes",
				     (unsigned long long)d->size);
	if (pread(fd, data, d->size, d->start) != (ssize_t)d->size) {
		free(data);
		return problem_errno(why, "cannot read the QEMU's data");
	}
	f->hits = search(data, d->size, s->t->window, s->t->t0, &f->at, &f->sure);
	if (f->hits)
		memcpy(&f->w, data + f->at - offsetof(struct words, offset), sizeof(f->w));
	free(data);
	return 0;
}

static int open_memory(pid_t pid, struct problem *why)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? problem_errno(why, "%s: cannot open", name) : fd;
}

/* In a process of its own. */
static int search_data(void *arg, void *answer, struct problem *why)
{
	const struct search *s = arg;
	int fd = open_memory(s->t->pid, why), ret;

	if (fd < 0)
		return -1;
	ret = search_in(fd, s, answer, why);
	close(fd);
	return ret;
}

/* Return: 0, or -1 if nothing is found, or *sure is only wanted and it is not. */
static int scan(struct tcg *t, const struct elf_data *d, bool sure, struct problem *why)
{
	struct search s = { t, d };
	struct finding f = { .hits = 0 };
	struct errand e = {
		.what = "searching the QEMU's data",
		.work = search_data,
		.arg = &s,
		.answer = &f,
		.size = sizeof(f),
	};

	if (errand_run(&e, t->lost, why))
		return -1;
	if (f.hits == 1 && !f.sure && (sure || !moved(&f.w, t->pid, d->start + f.at)))
		f.hits = 0;
	if (!f.hits) {
		problem_set(why,
			    "no TSC offset found in its data: is it a QEMU with -accel tcg, and is the VM running? A stopped VM can be attached only once a running one of the same build has been");
		why->again = true;
		return -1;
	}
	if (f.hits > 1) {
		problem_set(why,
			    "%d values in its data could be the TSC offset; try again, or give it with --tsc-offset",
			    f.hits);
		why->again = !f.sure;
		return -1;
	}
	t->address = d->start + f.at;
	return 0;
}

static ssize_t read_words(struct tcg *t, struct words pair[2])
{
	return reader_read(&t->reader, t->fd, t->address - offsetof(struct words, offset),
			   pair, sizeof(pair[0]));
}

/* Could a VM's offset stand there?  @runs: it could be one of a VM that runs. */
static bool is_likely(struct tcg *t, bool *runs)
{
	struct words w[2] = { { 0 } };

	*runs = false;
	if (!t->address || read_words(t, w) != sizeof(w[0]))
		return false;
	*runs = plausible(w, hostclock_rdtsc(), t->window, t->t0);
	return *runs || (!(w->count & 1) && (s64)(w->offset - w->previous) >= 0);
}

/*
 * Where it was in this process before, or else in another one of that build.  That one may
 * have deceived us, and about a VM that does not run it cannot be seen: so what is found
 * in this one's own data is preferred, and what is not is checked when the VM runs.
 */
static int find(struct tcg *t, const struct elf_data *d, struct problem *why)
{
	u64 known = tcgcache_find(d->key);
	bool runs, likely;

	t->proven = t->address;
	if (t->proven)
		return 0;
	if (known)
		known += d->bias;
	t->address = known;
	likely = is_likely(t, &runs);
	t->proven = runs;
	if (runs)
		return 0;
	t->proven = !scan(t, d, likely, why);
	if (t->proven)
		return 0;
	t->address = known;
	return likely ? 0 : -1;
}

/**
 * tcg_open - find a QEMU's TSC offset
 * @t: where to put what tcg_read() needs; pid, window and t0 are set, lost points to the
 *	process that hangs with it; address is where it was before, or 0
 * @why: what went wrong
 *
 * Where it is found is remembered, relative to the build's load address.
 *
 * Return: 0 or -1.
 */
int tcg_open(struct tcg *t, struct problem *why)
{
	struct elf_data d = { .key = "" };

	t->settled = false;
	t->proven = false;
	memset(&t->reader, 0, sizeof(t->reader));
	t->fd = -1;
	if (elf_data_find(t->pid, &d, t->lost, why))
		return -1;
	t->fd = open_memory(t->pid, why);
	if (t->fd < 0)
		return -1;
	if (find(t, &d, why)) {
		tcg_close(t);
		return -1;
	}
	if (t->proven)
		tcgcache_add(d.key, t->address - d.bias);
	return 0;
}

/* Return: TCG_OK with two readings that agree, TCG_FAILED or TCG_GONE. */
static enum tcg_result read_twice(struct tcg *t, struct words *w, struct problem *why)
{
	struct words pair[2];
	int tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		ssize_t n = read_words(t, pair);

		if (!n)
			return TCG_GONE;
		if (n != sizeof(*w)) {
			bool again = errno == ETIMEDOUT || errno == EAGAIN;

			problem_errno(why, "cannot read the QEMU's memory");
			why->again = again;
			return TCG_FAILED;
		}
		*w = pair[0];
		if (!(w->count & 1) && pair[1].count == w->count && pair[1].offset == w->offset)
			return TCG_OK;
	}
	problem_set(why, "the QEMU keeps changing its TSC offset");
	return TCG_FAILED;
}

/**
 * tcg_prove - look whether the offset stands elsewhere after all
 * @t: from tcg_open()
 *
 * For one that is not proven: whatever is where others have it may look like that of a VM
 * that does not run.
 */
void tcg_prove(struct tcg *t)
{
	struct elf_data d;
	struct problem why;

	if (t->proven || elf_data_find(t->pid, &d, t->lost, &why) || scan(t, &d, true, &why))
		return;
	t->proven = true;
	tcgcache_add(d.key, t->address - d.bias);
}

/**
 * tcg_read - read the offset
 * @t: from tcg_open()
 * @s: what was seen
 * @why: what went wrong
 *
 * Return: TCG_OK, TCG_FAILED, TCG_GONE or TCG_ELSEWHERE.
 */
enum tcg_result tcg_read(struct tcg *t, struct tcg_state *s,
			 struct problem *why)
{
	enum tcg_result result;
	struct words w;

	result = read_twice(t, &w, why);
	if (result != TCG_OK)
		return result;
	s->value = w.offset;
	s->count = w.count;
	/*
	 * Running, this is the host's TSC when the guest was last given one.  Stopped,
	 * offset is the guest's TSC, not before previous.
	 */
	s->running = (s64)(w.previous - w.offset) > 0;
	if (!s->running || t->proven)
		return TCG_OK;
	t->proven = plausible(&w, hostclock_rdtsc(), t->window, t->t0);
	/* One that was restored has not been given any TSC value yet. */
	if (t->proven || !w.previous)
		return TCG_OK;
	problem_set(why, "its TSC offset is not where other processes of this build have it");
	return TCG_ELSEWHERE;
}

void tcg_close(struct tcg *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	reader_close(&t->reader);
}
