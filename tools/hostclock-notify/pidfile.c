// SPDX-License-Identifier: GPL-2.0
/* A file that has the process ID, and is locked as long as that runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pidfile.h"

static const char *held_path;

/* Is the file at that path, still, and not removed by who had it before? */
static bool is_there(int fd, const char *path)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !lstat(path, &there) &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

int pidfile_open(const char *path)
{
	int fd, error;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB))
			break;
		/* A lock on a file that is no longer there keeps nobody out. */
		if (is_there(fd, path))
			return fd;
		close(fd);
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int pidfile_write(int fd, const char *path)
{
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", getpid()) < 0)
		return -1;
	held_path = path;
	return 0;
}

void pidfile_remove(void)
{
	if (held_path)
		unlink(held_path);
}
