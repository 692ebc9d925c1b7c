// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "errand.h"
#include "lookup.h"

/* Paths at a time that hang. */
#define HUNG_MAX	64
#define PATH_LENGTH	256

static struct hung {
	char path[PATH_LENGTH];
	pid_t lost;
} hung[HUNG_MAX];

/* As far as the kernel knows it without asking a file system. */
static int open_cached(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED,
	};
	int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	/* Before Linux 5.12 it cannot be told. */
	if (fd < 0 && errno == EINVAL)
		fd = open(path, O_PATH | O_CLOEXEC);
	return fd;
}

/* In a process of its own: have the kernel know it. */
static int ask(void *arg, void *answer, struct problem *why)
{
	struct stat st;

	(void)why;
	*(int *)answer = stat(arg, &st) ? errno : 0;
	return 0;
}

/* Who hangs with that path, or nobody; NULL if too many do. */
static struct hung *who(const char *path)
{
	struct hung *unused = NULL;
	int i;

	for (i = 0; i < HUNG_MAX; i++) {
		if (!errand_is_lost(&hung[i].lost))
			unused = &hung[i];
		else if (!strcmp(hung[i].path, path))
			return &hung[i];
	}
	return unused;
}

/* Return: 0, or -1 with errno set. */
static int have_asked(const char *path)
{
	struct hung *h = who(path);
	struct problem why;
	int error = 0;
	struct errand e = {
		.what = "looking a path up",
		.work = ask,
		.arg = (void *)path,
		.answer = &error,
		.size = sizeof(error),
	};

	errno = ETIMEDOUT;
	if (!h)
		return -1;
	if (!h->lost)
		snprintf(h->path, sizeof(h->path), "%s", path);
	if (errand_run(&e, &h->lost, &why)) {
		errno = ETIMEDOUT;
		return -1;
	}
	errno = error;
	return error ? -1 : 0;
}

/**
 * lookup - find a file
 * @path: by this path
 *
 * One on a file system that must be asked each time, as over a network, is not found.
 *
 * Return: an O_PATH descriptor; -1 with errno set, ETIMEDOUT if that hangs.
 */
int lookup(const char *path)
{
	int fd = open_cached(path);

	if (fd >= 0 || errno != EAGAIN || have_asked(path))
		return fd;
	fd = open_cached(path);
	if (fd < 0 && errno == EAGAIN)
		errno = EREMOTE;
	return fd;
}
