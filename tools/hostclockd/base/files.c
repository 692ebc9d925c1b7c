// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

/* Check that it is ours, of the right type, and writable by nobody else. */
static int check_owner(int fd, const char *name, mode_t type,
		       struct problem *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return problem_errno(why, "%s: fstat", name);
	if ((st.st_mode & S_IFMT) != type)
		return problem_set(why, "%s: is not a %s", name,
				   type == S_IFDIR ? "directory" :
						     "regular file");
	if (st.st_uid != geteuid())
		return problem_set(why,
				   "%s: belongs to user %u, not to user %u who runs this; choose another place",
				   name, st.st_uid, geteuid());
	if (st.st_mode & (0022))
		return problem_set(why, "%s: others may write it (mode %04o); chmod go-w it first",
				   name, st.st_mode & 07777);
	if (type == S_IFREG && st.st_nlink != 1)
		return problem_set(why, "%s: has %lu links; remove it first",
				   name, (unsigned long)st.st_nlink);
	return 0;
}

static int open_dir_at(int at, const char *path, mode_t mode,
		       struct problem *why)
{
	int fd;

	if (mkdirat(at, path, mode) && errno != EEXIST)
		return problem_errno(why, "%s: cannot create the directory",
				     path);
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return problem_set(why,
				   "%s: is a link or not a directory; links are not followed here",
				   path);
	if (fd < 0)
		return problem_errno(why, "%s: cannot open the directory", path);
	if (check_owner(fd, path, S_IFDIR, why)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * files_open_dir - open the exporter's directory, creating it if need be
 * @path: its name; only the last component is created
 * @why: what went wrong
 *
 * Return: a descriptor, or -1.
 */
int files_open_dir(const char *path, struct problem *why)
{
	return open_dir_at(AT_FDCWD, path, 0755, why);
}

/* The same for a directory within. */
int files_open_subdir(int dir, const char *name, struct problem *why)
{
	return open_dir_at(dir, name, 0755, why);
}

static int open_regular(int dir, const char *name, int flags, mode_t mode,
			struct problem *why)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
			mode);

	if (fd < 0 && errno == ELOOP)
		return problem_set(why, "%s: is a link; links are not followed here",
				   name);
	if (fd < 0)
		return problem_errno(why, "%s: cannot open", name);
	if (check_owner(fd, name, S_IFREG, why)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * files_lock - make sure that there is one exporter per directory
 * @dir: the directory
 * @name: of the lock file
 * @why: what went wrong
 *
 * Return: a descriptor to keep open, or -1.
 */
int files_lock(int dir, const char *name, struct problem *why)
{
	int fd = open_regular(dir, name, O_RDWR | O_CREAT, 0600, why);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return problem_set(why,
				   "another hostclockd is running in this directory; stop it, or choose another with --dir");
	}
	return fd;
}

static void *map_fd(int fd, const char *name, size_t size, struct problem *why)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, fd, 0);

	if (map == MAP_FAILED) {
		problem_errno(why, "%s: cannot map", name);
		return NULL;
	}
	return map;
}

/**
 * files_map - map a page file, creating it zeroed if it does not exist
 * @dir: the directory
 * @name: of the file
 * @size: bytes; an existing file must have just that
 * @mode: for a new file, whatever the umask
 * @created: set to whether it is new
 * @why: what went wrong
 *
 * Return: the mapping, or NULL.
 */
void *files_map(int dir, const char *name, size_t size, mode_t mode,
		bool *created, struct problem *why)
{
	struct stat st;
	void *map = NULL;
	int fd;

	fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	*created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open_regular(dir, name, O_RDWR, 0, why);
	else if (fd < 0)
		problem_errno(why, "%s: cannot create", name);
	if (fd < 0)
		return NULL;
	if (*created && (posix_fallocate(fd, 0, size) || fchmod(fd, mode)))
		problem_errno(why, "%s: cannot give it %zu bytes", name, size);
	else if (fstat(fd, &st))
		problem_errno(why, "%s: fstat", name);
	else if ((size_t)st.st_size != size)
		problem_set(why, "%s: has %lld bytes instead of %zu; remove it while no VM uses it",
			    name, (long long)st.st_size, size);
	else
		map = map_fd(fd, name, size, why);
	close(fd);
	return map;
}

/* A file that is there, for reading and writing.  Return: a descriptor, or -1. */
int files_open(int dir, const char *name, struct problem *why)
{
	return open_regular(dir, name, O_RDWR, 0, why);
}

static char *read_all(int fd, const char *name, size_t max, struct problem *why)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st)) {
		problem_errno(why, "%s: fstat", name);
		return NULL;
	}
	if ((size_t)st.st_size > max) {
		errno = EFBIG;
		problem_errno(why, "%s: cannot read", name);
		return NULL;
	}
	text = calloc(1, st.st_size + 1);
	errno = text ? 0 : ENOMEM;
	if (text && read(fd, text, st.st_size) == st.st_size)
		return text;
	problem_errno(why, "%s: cannot read", name);
	free(text);
	return NULL;
}

/**
 * files_read - a text file's content
 * @dir: the directory
 * @name: of the file
 * @max: bytes at most
 * @why: what went wrong
 *
 * Return: the text, to be freed; NULL if there is none or it was refused, with
 * errno ENOENT in the first case.
 */
char *files_read(int dir, const char *name, size_t max, struct problem *why)
{
	int fd = open_regular(dir, name, O_RDONLY, 0, why);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_all(fd, name, max, why);
	close(fd);
	return text;
}

/**
 * files_replace - put a text file in place, whole or not at all
 * @dir: the directory
 * @name: of the file, at most 60 characters
 * @text: what it shall hold
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int files_replace(int dir, const char *name, const char *text,
		  struct problem *why)
{
	size_t len = strlen(text);
	char tmp[64];
	int fd;

	snprintf(tmp, sizeof(tmp), "%s.new", name);
	unlinkat(dir, tmp, 0);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return problem_errno(why, "%s: cannot create", tmp);
	if (write(fd, text, len) != (ssize_t)len) {
		close(fd);
		unlinkat(dir, tmp, 0);
		return problem_errno(why, "%s: cannot write", tmp);
	}
	close(fd);
	if (renameat(dir, tmp, dir, name))
		return problem_errno(why, "%s: cannot rename to %s", tmp, name);
	return 0;
}
