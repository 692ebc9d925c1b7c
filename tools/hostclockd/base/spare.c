// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "spare.h"

#define SPARES		16
/* A VM takes six at most, and there may be 1000. */
#define WANTED		8192

static int spares[SPARES];
static int count;
static rlim_t most;

/* Keep as many as there are to be. */
void spare_keep(void)
{
	while (count < SPARES) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return;
		spares[count++] = fd;
	}
}

/* Raise the limit, as far as that is allowed, and keep some. */
void spare_open(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		struct rlimit more = { WANTED, WANTED };

		limit.rlim_cur = limit.rlim_max;
		if (limit.rlim_max >= WANTED || setrlimit(RLIMIT_NOFILE, &more))
			setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (!getrlimit(RLIMIT_NOFILE, &limit))
		most = limit.rlim_cur;
	spare_keep();
}

/* May a descriptor be kept that can be done without?  As long as most are left. */
bool spare_affords(int fd)
{
	return (rlim_t)fd < most / 2;
}

/**
 * spare_use - is there a descriptor after all?
 *
 * Call it when something has failed, and spare_keep() when it is done with.
 *
 * Return: whether it is worth another try.
 */
bool spare_use(void)
{
	if (errno != EMFILE || !count)
		return false;
	close(spares[--count]);
	return true;
}

/* openat() for reading, with a descriptor that is kept for that if there are no more. */
int spare_openat(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | flags);

	if (fd < 0 && spare_use())
		fd = openat(dir, path, O_RDONLY | O_CLOEXEC | flags);
	return fd;
}
