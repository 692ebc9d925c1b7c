// SPDX-License-Identifier: GPL-2.0
/* Nothing is allocated here, so that there is nothing that could fail later. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/guard.h"
#include "copies.h"

/**
 * struct copy - the copies for one guest
 * @id:		what the guest is called here
 * @map:	its file
 */
static struct copy {
	u32 id;
	void *map;
} copies[COPIES_MAX];
static unsigned int count;

static struct copy *find(u32 id)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (copies[i].id == id)
			return &copies[i];
	}
	return NULL;
}

/**
 * copies_add - write copies into a guest's file from now on
 * @id: what to call it; what was called so is forgotten
 * @fd: the file, which stays the caller's
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int copies_add(u32 id, int fd, struct problem *why)
{
	struct stat st;
	void *map;

	copies_remove(id);
	if (count == COPIES_MAX)
		return problem_set(why, "there are %d private guests, the most there can be",
				   COPIES_MAX);
	if (fstat(fd, &st) || st.st_size < PRIVATE_FILE_SIZE)
		return problem_set(why, "a private page file has less than %d bytes",
				   PRIVATE_FILE_SIZE);
	map = mmap(NULL, PRIVATE_FILE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE, fd, 0);
	if (map == MAP_FAILED)
		return problem_errno(why, "cannot map a private page file");
	if (guard_add(map, PRIVATE_FILE_SIZE, why)) {
		munmap(map, PRIVATE_FILE_SIZE);
		return -1;
	}
	/* A page fault would delay an update.  Locking may be forbidden. */
	mlock(map, PRIVATE_FILE_SIZE);
	copies[count++] = (struct copy){ id, map };
	return 0;
}

void copies_remove(u32 id)
{
	struct copy *c = find(id);

	if (!c)
		return;
	guard_remove(c->map);
	munmap(c->map, PRIVATE_FILE_SIZE);
	*c = copies[--count];
}

void copies_remove_all(void)
{
	while (count)
		copies_remove(copies[0].id);
}

static struct hostclock_clock_page *first_in(void *map)
{
	return map + HOSTCLOCK_PAGE_SIZE;
}

/* The first page's copy for that guest, or NULL. */
struct hostclock_clock_page *copies_first(u32 id)
{
	struct copy *c = find(id);

	return c ? first_in(c->map) : NULL;
}

/* The same by number, from 0 on; NULL behind the last. */
struct hostclock_clock_page *copies_at(unsigned int i)
{
	return i < count ? first_in(copies[i].map) : NULL;
}

struct hostclock_clock_page *copies_page(struct hostclock_clock_page *first, int page)
{
	return (void *)first + page * HOSTCLOCK_PAGE_SIZE;
}
