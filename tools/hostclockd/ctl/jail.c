// SPDX-License-Identifier: GPL-2.0
/*
 * A small file system with two files, on which those of hostclockd are mounted.  Nobody can
 * change it, not even while it is made: it is filled by way of a mount that no one else has.
 * Everything is done by descriptors and without following links, since whoever is in the
 * jail, or was, may have put some there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock/state.h"
#include "jail.h"

#define ATTRIBUTES	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
/* How the files are called there. */
#define JAIL_CLOCK	"clock"
#define JAIL_GUEST	"guest"

/* Not if there is a link on the way: it could be changed between two looks. */
static int open_directory(int at, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS,
	};

	return syscall(SYS_openat2, at, path, &how, sizeof(how));
}

static int make_directory(const char *path)
{
	char above[PATH_MAX], name[PATH_MAX], *last;
	int parent, fd = -1;

	if (snprintf(above, sizeof(above), "%s", path) >= (int)sizeof(above)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, above, strlen(above) + 1);
	last = basename(name);
	parent = open_directory(AT_FDCWD, dirname(above));
	if (parent >= 0 && (!mkdirat(parent, last, 0755) || errno == EEXIST))
		fd = open_directory(parent, last);
	if (parent >= 0)
		close(parent);
	return fd;
}

static int cannot_mount(const char *path, struct problem *why)
{
	if (errno == EPERM)
		return problem_set(why,
				   "%s: mounts are for root; run this as root, or use create without --jail and mount by other means",
				   path);
	return problem_errno(why, "%s: cannot mount, which takes Linux 5.12", path);
}

/* What would be hidden by the mount */
static int check_empty(int dir, const char *path, struct problem *why)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int n = 0;

	if (!d) {
		problem_errno(why, "%s: cannot look into it", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (readdir(d))
		n++;
	closedir(d);
	if (n <= 2)
		return 0;
	return problem_set(why,
			   "%s: is not empty; choose another directory, or if it shows another VM's pages, `hostclockctl remove` that with --jail",
			   path);
}

/* Return: the directory, made if need be, or -1. */
static int open_place(const char *path, struct problem *why)
{
	int fd = open_directory(AT_FDCWD, path);

	if (fd < 0 && errno == ENOENT)
		fd = make_directory(path);
	if (fd < 0 && errno == ELOOP)
		return problem_set(why,
				   "%s: there is a link on the way, which may be the jail's; name the directory without links, as realpath does",
				   path);
	if (fd < 0)
		return problem_errno(why, "%s: cannot open or make this directory", path);
	if (!check_empty(fd, path, why))
		return fd;
	close(fd);
	return -1;
}

/* An empty file system, mounted nowhere yet. */
static int make_fs(struct jail *jail)
{
	char uid[16];

	jail->fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (jail->fs < 0)
		return -1;
	snprintf(uid, sizeof(uid), "%u", jail->uid == JAIL_ANYBODY ? 0 : jail->uid);
	if (fsconfig(jail->fs, FSCONFIG_SET_STRING, "source", "hostclock", 0) ||
	    fsconfig(jail->fs, FSCONFIG_SET_STRING, "uid", uid, 0) ||
	    fsconfig(jail->fs, FSCONFIG_SET_STRING, "mode",
		     jail->uid == JAIL_ANYBODY ? "0555" : "0500", 0) ||
	    fsconfig(jail->fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	jail->root = fsmount(jail->fs, FSMOUNT_CLOEXEC, ATTRIBUTES | MOUNT_ATTR_RDONLY);
	return jail->root < 0 ? -1 : 0;
}

static void forget(struct jail *jail)
{
	if (jail->fs >= 0)
		close(jail->fs);
	if (jail->root >= 0)
		close(jail->root);
	jail->fs = -1;
	jail->root = -1;
}

/**
 * jail_mount - mount an empty file system at the place
 * @jail: with path and uid
 * @why: what went wrong; nothing has changed then, but that the directory may be there
 *
 * Return: 0 or -1.
 */
int jail_mount(struct jail *jail, struct problem *why)
{
	int place;

	jail->fs = -1;
	jail->root = -1;
	if (make_fs(jail)) {
		cannot_mount(jail->path, why);
		forget(jail);
		return -1;
	}
	place = open_place(jail->path, why);
	if (place >= 0 && move_mount(jail->root, "", place, "",
				     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)) {
		cannot_mount(jail->path, why);
		close(place);
		place = -1;
	}
	if (place < 0) {
		forget(jail);
		return -1;
	}
	close(place);
	return 0;
}

/* Return: a descriptor of a regular file that is the directory's owner's, or -1. */
static int open_page(int dir, const char *name, struct problem *why)
{
	int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st, owner;

	if (fd < 0)
		return problem_errno(why, "%s: cannot open this page file", name);
	if (!fstat(fd, &st) && !fstat(dir, &owner) && S_ISREG(st.st_mode) &&
	    st.st_uid == owner.st_uid)
		return fd;
	close(fd);
	return problem_set(why, "%s: is not a file of hostclockd's", name);
}

/* The same of a VM. */
static int open_guest(int dir, const char *name, struct problem *why)
{
	int vm = open_directory(dir, "vm"), fd;

	if (vm < 0)
		return problem_errno(why, "vm: cannot open");
	fd = open_page(vm, name, why);
	close(vm);
	return fd;
}

/* Return: 0 or -1 with errno. */
static int make_file(int root, const char *name)
{
	struct mount_attr attr = {
		.attr_clr = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE
	};
	int own = open_tree(root, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	int file = -1;

	if (own >= 0 && !mount_setattr(own, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		file = openat(own, name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (own >= 0)
		close(own);
	if (file >= 0)
		close(file);
	return file < 0 ? -1 : 0;
}

/* Return: 0 or -1 with errno. */
static int mount_file(int root, const char *name, int file)
{
	struct mount_attr attr = { .attr_set = ATTRIBUTES | MOUNT_ATTR_RDONLY };
	int there = make_file(root, name);
	int copy = -1, bad = 1;

	if (!there)
		there = openat(root, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (there >= 0)
		copy = open_tree(file, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (copy >= 0)
		bad = mount_setattr(copy, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ||
		      move_mount(copy, "", there, "",
				 MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
	if (copy >= 0)
		close(copy);
	if (there >= 0)
		close(there);
	return bad ? -1 : 0;
}

/* Mount one of hostclockd's files, which is closed. */
static int show(struct jail *jail, const char *name, int file, struct problem *why)
{
	int bad;

	if (file < 0)
		return -1;
	bad = mount_file(jail->root, name, file);
	if (bad)
		cannot_mount(jail->path, why);
	close(file);
	return bad;
}

/**
 * jail_fill - have the pages appear there, for good
 * @jail: mounted
 * @dir: hostclockd's directory
 * @name: the VM
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int jail_fill(struct jail *jail, const char *dir, const char *name, struct problem *why)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), bad;

	if (fd < 0)
		return problem_errno(why, "%s: cannot open", dir);
	bad = show(jail, JAIL_CLOCK, open_page(fd, CLOCK_FILE, why), why) ||
	      show(jail, JAIL_GUEST, open_guest(fd, name, why), why);
	close(fd);
	if (bad)
		return -1;
	/* not this mount alone: other mount name spaces have copies of it already */
	if (fsconfig(jail->fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) ||
	    fsconfig(jail->fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0))
		return problem_errno(why, "%s: cannot be made read-only", jail->path);
	forget(jail);
	return 0;
}

/* Return: 0 or -1 with errno. */
static int detach(int root)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
	return umount2(path, MNT_DETACH);
}

/* It is of no use after all. */
void jail_unmount(struct jail *jail)
{
	if (detach(jail->root))
		say("%s: cannot unmount: %s; umount -R it", jail->path, strerror(errno));
	forget(jail);
}

/* Is that VM's page there? */
static bool shows(int root, int guest)
{
	struct stat there, here;

	return !fstatat(root, JAIL_GUEST, &there, AT_SYMLINK_NOFOLLOW) &&
	       !fstat(guest, &here) && there.st_dev == here.st_dev &&
	       there.st_ino == here.st_ino;
}

/**
 * jail_take_away - unmount what jail_mount() and jail_fill() have mounted
 * @jail: with path
 * @dir: hostclockd's directory
 * @name: the VM, which is there still
 * @why: what went wrong; nothing has changed then
 *
 * A VMM that has mapped the files keeps them.
 *
 * Return: 0 or -1.
 */
int jail_take_away(struct jail *jail, const char *dir, const char *name,
		   struct problem *why)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int guest = fd < 0 ? problem_errno(why, "%s: cannot open", dir) :
			     open_guest(fd, name, why);
	int root = open_directory(AT_FDCWD, jail->path), bad = -1;

	if (guest >= 0 && root < 0)
		problem_errno(why, "%s: cannot open", jail->path);
	else if (guest >= 0 && !shows(root, guest))
		problem_set(why,
			    "%s: does not show %s's page, so nothing is removed; name the --jail that it was created with, or leave it out",
			    jail->path, name);
	else if (guest >= 0 && detach(root))
		problem_errno(why, "%s: cannot unmount", jail->path);
	else
		bad = guest < 0 ? -1 : 0;
	if (root >= 0)
		close(root);
	if (guest >= 0)
		close(guest);
	if (fd >= 0)
		close(fd);
	return bad;
}
