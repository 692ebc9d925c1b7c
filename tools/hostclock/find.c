// SPDX-License-Identifier: GPL-2.0
/* Finding and mapping the pages, and explaining what is missing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "pages.h"

/* A guest page and at most this many clock pages make a private file. */
#define MAX_FILE_SIZE	(HOSTCLOCK_MAX_PAGES * HOSTCLOCK_PAGE_SIZE)

/*
 * Map size bytes, or the whole file if size is 0.  Return: NULL on error, with errno
 * set.
 */
static const char *map(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	struct stat st;
	void *at;

	if (fd < 0)
		return NULL;
	if (!*size && !fstat(fd, &st))
		*size = st.st_size < MAX_FILE_SIZE ? st.st_size : MAX_FILE_SIZE;
	errno = EINVAL;
	at = *size < HOSTCLOCK_PAGE_SIZE ? MAP_FAILED :
	     mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	error = errno;
	close(fd);
	errno = error;
	return at == MAP_FAILED ? NULL : at;
}

static bool complain(const char *what, const char *path, const char *advice)
{
	fprintf(stderr, "hostclock: %s %s: %s\n%s", what, path, strerror(errno),
		advice);
	return false;
}

static bool is_clock_page(const struct hostclock_clock_page *cp)
{
	return HOSTCLOCK_LE32(cp->magic) == HOSTCLOCK_CLOCK_MAGIC;
}

static bool is_guest_page(const struct hostclock_guest_page *gp)
{
	return HOSTCLOCK_LE32(gp->magic) == HOSTCLOCK_GUEST_MAGIC;
}

/* All pages of the files that the user named. */
struct pool {
	const struct hostclock_guest_page *guest;
	const struct hostclock_clock_page *clocks[2 * HOSTCLOCK_MAX_PAGES];
	unsigned int nr_clocks;
};

static bool collect(struct pool *pool, struct pages *pages, const char *path)
{
	size_t size = 0;
	const char *at = map(path, &size);

	if (!at)
		return complain("cannot read the pages in", path,
				"Is hostclockd running, and this its directory or file?\n");
	for (; size >= HOSTCLOCK_PAGE_SIZE; size -= HOSTCLOCK_PAGE_SIZE) {
		if (is_guest_page((const void *)at))
			pool->guest = (const void *)at;
		else if (is_clock_page((const void *)at) &&
			 pool->nr_clocks < 2 * HOSTCLOCK_MAX_PAGES)
			pool->clocks[pool->nr_clocks++] = (const void *)at;
		at += HOSTCLOCK_PAGE_SIZE;
	}
	if (!*pages->source)
		snprintf(pages->source, sizeof(pages->source), "%s", path);
	return true;
}

/* The lower the better; negative for a page that is not wanted. */
static int rank(const struct hostclock_clock_page *cp,
		const struct selection *want)
{
	u8 format = READ_ONCE(cp->format), smear = READ_ONCE(cp->smear);

	if (want->format >= 0 && format != want->format)
		return -1;
	if (want->smear >= 0 && smear != want->smear)
		return -1;
	return format << 8 | smear;
}

static void choose(struct pages *pages, const struct pool *pool,
		   const struct selection *want)
{
	for (unsigned int i = 0; i < pool->nr_clocks; i++) {
		const struct hostclock_clock_page *cp = pool->clocks[i];
		int this = rank(cp, want);

		if (READ_ONCE(cp->format) == HOSTCLOCK_FORMAT_UNSCALED &&
		    !pages->unscaled)
			pages->unscaled = cp;
		if (this >= 0 && (!pages->clock || this < rank(pages->clock, want)))
			pages->clock = cp;
	}
}

static bool open_files(struct pages *pages, struct selection want)
{
	struct pool pool = { };
	char path[PATH_MAX];

	if (want.file && !collect(&pool, pages, want.file))
		return false;
	snprintf(path, sizeof(path), "%s/vm/%s", want.dir, want.guest);
	if (want.guest && !collect(&pool, pages, path))
		return false;
	snprintf(path, sizeof(path), "%s/clock", want.dir);
	if (want.dir && !collect(&pool, pages, path))
		return false;
	pages->guest = pool.guest;
	/* what the guest follows, unless the user said something else */
	if (pool.guest && want.format < 0)
		want.format = READ_ONCE(pool.guest->clock_format);
	if (pool.guest && want.smear < 0)
		want.smear = READ_ONCE(pool.guest->clock_smear);
	choose(pages, &pool, &want);
	if (pages->clock)
		return true;
	fprintf(stderr, "hostclock: %s: no such clock page there\n%s",
		pages->source, want.dir ? "" :
		"A shared guest's file has the guest page only: add --dir DIR.\n");
	return false;
}

/* If the driver is there, it knows better. */
static void explain_device(const char *path)
{
	char reason[256];

	kernel_read_reason(reason, sizeof(reason), path);
	if (reason[0])
		fprintf(stderr, "The driver does not follow the pages: %s\n", reason);
}

static bool open_device(struct pages *pages, const char *path)
{
	size_t size = 2 * HOSTCLOCK_PAGE_SIZE;
	const char *at = map(path, &size);

	pages->in_guest = true;
	snprintf(pages->source, sizeof(pages->source), "%s", path);
	if (!at) {
		complain("cannot map", path,
			 "In a guest: is the driver there (modprobe hostclock), and a page for it to follow?\n"
			 "On a host: say where hostclockd's pages are, with --dir DIR.\n");
		explain_device(path);
		return false;
	}
	pages->guest = (const void *)at;
	pages->clock = (const void *)(at + HOSTCLOCK_PAGE_SIZE);
	if (is_guest_page(pages->guest) && is_clock_page(pages->clock))
		return true;
	fprintf(stderr, "hostclock: %s: not hostclock's pages\n", path);
	return false;
}

bool pages_open(struct pages *pages, const struct selection *selection)
{
	memset(pages, 0, sizeof(*pages));
	if (selection->dir || selection->file)
		return open_files(pages, *selection);
	return open_device(pages, selection->device);
}
