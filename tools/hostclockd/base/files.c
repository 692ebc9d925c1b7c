// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

/* Check that it is ours, unless it may be lent, of the right type, and writable by nobody else. */
static int check_owner(int fd, const char *name, mode_t type, bool lent,
		       struct problem *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return problem_errno(why, "%s: fstat", name);
	if ((st.st_mode & S_IFMT) != type)
		return problem_set(why, "%s: is not a %s", name,
				   type == S_IFDIR ? "directory" :
						     "regular file");
	if (!lent && st.st_uid != geteuid())
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

static int open_dir_at(int at, const char *path, struct problem *why)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return problem_set(why,
				   "%s: is a link or not a directory; links are not followed here",
				   path);
	if (fd < 0)
		return problem_errno(why, "%s: cannot open the directory", path);
	if (check_owner(fd, path, S_IFDIR, false, why)) {
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
	if (mkdir(path, 0755) && errno != EEXIST)
		return problem_set(why,
				   "%s: cannot create the directory: %s; make it, for user %u, or name another with --dir",
				   path, strerror(errno), geteuid());
	return open_dir_at(AT_FDCWD, path, why);
}

/* The same for a directory within. */
int files_open_subdir(int dir, const char *name, struct problem *why)
{
	if (mkdirat(dir, name, 0755) && errno != EEXIST)
		return problem_errno(why, "%s: cannot create the directory", name);
	return open_dir_at(dir, name, why);
}

static int open_regular(int dir, const char *name, int flags, mode_t mode, bool lent,
			struct problem *why)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
			mode);

	if (fd < 0 && errno == ELOOP) {
		problem_set(why, "%s: is a link; links are not followed here", name);
		errno = EPERM;
		return -1;
	}
	if (fd < 0 && (errno == EISDIR || errno == ENXIO)) {
		problem_set(why, "%s: is not a regular file", name);
		errno = EPERM;
		return -1;
	}
	if (fd < 0)
		return problem_errno(why, "%s: cannot open", name);
	if (check_owner(fd, name, S_IFREG, lent, why)) {
		close(fd);
		errno = EPERM;
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
	int fd = open_regular(dir, name, O_RDWR | O_CREAT, 0600, false, why);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		problem_set(why,
			    "another hostclockd is running in this directory; stop it, or choose another with --dir");
		why->again = true;
		return -1;
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

/* Make a file that is renamed when it is complete.  Return: a descriptor, or -1. */
static int create_new(int dir, const char *name, struct problem *why)
{
	int fd;

	unlinkat(dir, name, 0);
	fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	return fd < 0 ? problem_errno(why, "%s: cannot create", name) : fd;
}

static int rename_new(int dir, const char *from, const char *to, struct problem *why)
{
	if (!renameat(dir, from, dir, to))
		return 0;
	problem_errno(why, "%s: cannot rename to %s", from, to);
	unlinkat(dir, from, 0);
	return -1;
}

/* posix_fallocate() gives the error back instead of setting errno. */
static int allocate(int fd, size_t size)
{
	errno = posix_fallocate(fd, 0, size);
	return errno ? -1 : 0;
}

/* A page file, zeroed.  Return: a descriptor, or -1. */
static int create_pages(int dir, const char *name, const struct files_kind *kind,
			struct problem *why)
{
	char tmp[NAME_MAX];
	int fd;

	snprintf(tmp, sizeof(tmp), ".%s" FILES_NEW, name);
	fd = create_new(dir, tmp, why);
	if (fd < 0)
		return -1;
	if (allocate(fd, kind->size) || ftruncate(fd, kind->piece) || fchmod(fd, kind->mode)) {
		problem_errno(why, "%s: cannot give it %zu bytes", name, kind->size);
		unlinkat(dir, tmp, 0);
	} else if (!rename_new(dir, tmp, name, why)) {
		return fd;
	}
	close(fd);
	return -1;
}

/**
 * files_resize - give a page file its size again, whatever was done to it
 * @fd: the file
 * @name: its name
 * @size: bytes that are used
 * @piece: bytes in all
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int files_resize(int fd, const char *name, size_t size, size_t piece, struct problem *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return problem_errno(why, "%s: fstat", name);
	if ((size_t)st.st_size == piece)
		return 0;
	if (ftruncate(fd, piece) || allocate(fd, size))
		return problem_errno(why, "%s: cannot give it %zu bytes", name, size);
	return 0;
}

/* Older versions' files had only what is used: VMs that have mapped it stay with that. */
static int resize_said(int fd, const char *name, size_t size, size_t piece,
		       struct problem *why)
{
	struct stat st;

	if (!fstat(fd, &st) && (size_t)st.st_size != piece && (size_t)st.st_size != size)
		say("%s: has %lld bytes instead of %zu; mended, as far as it can be", name,
		    (long long)st.st_size, piece);
	return files_resize(fd, name, size, piece, why);
}

/**
 * files_map - map a page file, creating it zeroed if it does not exist
 * @dir: the directory
 * @name: of the file
 * @kind: what it is; an existing one of another size is given that
 * @created: set to whether it is new
 * @why: what went wrong
 *
 * Return: the mapping, or NULL with errno: EPERM if others can write it or it is no file.
 */
void *files_map(int dir, const char *name, const struct files_kind *kind,
		bool *created, struct problem *why)
{
	int fd = open_regular(dir, name, O_RDWR, 0, kind->lent, why);
	size_t size = kind->size;
	void *map;

	*created = fd < 0 && errno == ENOENT;
	if (*created)
		fd = create_pages(dir, name, kind, why);
	if (fd < 0)
		return NULL;
	map = resize_said(fd, name, size, kind->piece, why) ? NULL : map_fd(fd, name, size, why);
	close(fd);
	errno = EIO;
	return map;
}

/* A VM's file that is there, for reading and writing.  Return: a descriptor, or -1. */
int files_open(int dir, const char *name, struct problem *why)
{
	return open_regular(dir, name, O_RDWR, 0, true, why);
}

/* Return: 0 or -1 with errno; there may be less than there was a moment ago. */
static int read_bytes(int fd, char *to, size_t n)
{
	ssize_t got;

	for (; n; to += got, n -= got) {
		got = read(fd, to, n);
		if (got < 0 && errno != EINTR)
			return -1;
		if (!got)
			return 0;
		if (got < 0)
			got = 0;
	}
	return 0;
}

static char *read_all(int fd, const char *name, size_t max, struct problem *why)
{
	char *text = NULL;
	struct stat st;

	if (!fstat(fd, &st)) {
		errno = EFBIG;
		if ((size_t)st.st_size <= max)
			text = calloc(1, st.st_size + 1);
		if (text && !read_bytes(fd, text, st.st_size)) {
			if (strlen(text) == (size_t)st.st_size)
				return text;
			errno = EILSEQ;
		}
	}
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
 * errno: ENOENT in the first case, EPERM if others can write it or it is no file.
 */
char *files_read(int dir, const char *name, size_t max, struct problem *why)
{
	int fd = open_regular(dir, name, O_RDONLY, 0, false, why);
	char *text;
	int saved;

	if (fd < 0)
		return NULL;
	text = read_all(fd, name, max, why);
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}

/* All of it, or an error: a file system may tell of one late. */
static int write_all(int fd, const char *text, size_t len)
{
	ssize_t put;

	for (; len; text += put, len -= put) {
		put = write(fd, text, len);
		if (put < 0 && errno != EINTR)
			return -1;
		if (put < 0)
			put = 0;
	}
	return fsync(fd) && errno != EINVAL ? -1 : 0;
}

/**
 * files_replace - put a text file in place, whole or not at all
 * @dir: the directory
 * @name: of the file
 * @text: what it shall hold
 * @mode: its mode, whatever the umask
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int files_replace(int dir, const char *name, const char *text, mode_t mode,
		  struct problem *why)
{
	char tmp[PATH_MAX];
	int fd, bad;

	snprintf(tmp, sizeof(tmp), "%s" FILES_NEW, name);
	fd = create_new(dir, tmp, why);
	if (fd < 0)
		return -1;
	bad = write_all(fd, text, strlen(text)) || fchmod(fd, mode);
	if (bad)
		problem_errno(why, "%s: cannot write", tmp);
	if (close(fd) && !bad)
		bad = problem_errno(why, "%s: cannot write", tmp);
	if (!bad)
		return rename_new(dir, tmp, name, why);
	unlinkat(dir, tmp, 0);
	return -1;
}

/**
 * files_aside - give another name to what cannot be used
 * @dir: the directory
 * @name: what is there, whatever it is
 * @aside: its new name; what has that is lost
 *
 * Return: whether @name is free now.
 */
bool files_aside(int dir, const char *name, const char *aside)
{
	return !renameat(dir, name, dir, aside) || !unlinkat(dir, name, 0);
}

/* Remove what an earlier process did not complete.  @dir stays open. */
void files_sweep(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	size_t len;

	while (d && (e = readdir(d))) {
		len = strlen(e->d_name);
		if (e->d_name[0] == '.' && len > strlen(FILES_NEW) &&
		    !strcmp(e->d_name + len - strlen(FILES_NEW), FILES_NEW))
			unlinkat(dir, e->d_name, 0);
	}
	if (d)
		closedir(d);
}
