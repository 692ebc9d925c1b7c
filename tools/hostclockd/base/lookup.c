// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "errand.h"
#include "lookup.h"

/* Paths at a time that hang. */
#define HUNG_MAX	64
#define PATH_LENGTH	256
/* How often a path may seem not to be cached that is */
#define MAX_RACES	8

static struct hung {
	char path[PATH_LENGTH];
	pid_t lost;
} hung[HUNG_MAX];

/**
 * struct found - by a process of its own
 * @fd:		a descriptor, -1: none
 * @error:	why there is none
 */
struct found {
	int fd;
	int error;
};

/* As far as the kernel knows it without asking a file system. */
static int open_cached(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED,
	};

	return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/*
 * Not before Linux 5.12, nor where a RestrictSUIDSGID= of systemd refuses openat2().  What
 * could be done once can be done again.
 */
static bool can_open_cached(void)
{
	static bool can;
	int fd;

	if (can)
		return true;
	fd = open_cached("/");
	if (fd >= 0)
		close(fd);
	can = fd >= 0;
	return can;
}

static int ask(void *arg, void *answer, struct problem *why)
{
	struct found *found = answer;

	(void)why;
	found->fd = open(arg, O_PATH | O_CLOEXEC);
	found->error = found->fd < 0 ? errno : 0;
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

/* By a process that may be lost.  Return: a descriptor, or -1 with errno set. */
static int open_apart(const char *path)
{
	struct hung *h = who(path);
	struct found found = { -1, 0 };
	struct problem why;
	struct errand e = {
		.what = "looking a path up",
		.work = ask,
		.arg = (void *)path,
		.answer = &found,
		.size = sizeof(found),
		.opens = true,
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
	errno = found.error;
	return found.fd;
}

/**
 * lookup - find a file
 * @path: by this path
 *
 * One on a file system that must be asked each time, as over a network, is not found where
 * the kernel can tell.
 *
 * Return: an O_PATH descriptor; -1 with errno set, ETIMEDOUT if that hangs.
 */
int lookup(const char *path)
{
	int fd, i;

	if (!can_open_cached())
		return open_apart(path);
	fd = open_cached(path);
	/* A rename at the same instant, of whatever, looks like a file that must be asked for. */
	for (i = 0; i < MAX_RACES && fd < 0 && errno == EAGAIN; i++) {
		fd = open_apart(path);
		if (fd < 0)
			return -1;
		close(fd);
		fd = open_cached(path);
	}
	if (fd < 0 && errno == EAGAIN)
		errno = EREMOTE;
	return fd;
}
