// SPDX-License-Identifier: GPL-2.0
/* The driver's device and its files in sysfs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/hostclock-abi.h>

#include "notify.h"

const char *const event_names[EVENTS] = {
	[EVENT_GENERATION] = "generation",
	[EVENT_DISRUPTION] = "disruption",
	[EVENT_CLOCK_SET] = "clock-set",
	[EVENT_UNSYNCHRONIZED] = "unsynchronized",
	[EVENT_SYNCHRONIZED] = "synchronized",
};

const char *cause_name(unsigned int cause)
{
	static const char *const names[] = {
		[HOSTCLOCK_CAUSE_NONE] = "none",
		[HOSTCLOCK_CAUSE_STOP] = "stop",
		[HOSTCLOCK_CAUSE_RESTORE] = "restore",
		[HOSTCLOCK_CAUSE_CLONE] = "clone",
		[HOSTCLOCK_CAUSE_MIGRATION] = "migration",
		[HOSTCLOCK_CAUSE_OFFSET] = "offset",
		[HOSTCLOCK_CAUSE_EXPORTER] = "exporter",
	};

	return cause < ARRAY_SIZE(names) ? names[cause] : "unknown";
}

int device_open(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The part before the last slash, for inotify. */
static int watch_directory_of(int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s",
			 slash == path ? 1 : (int)(slash - path), path);
	return inotify_add_watch(fd, dir, IN_CREATE | IN_ATTRIB | IN_MOVED_TO);
}

int device_wait(const char *path, int signal_fd)
{
	struct pollfd fds[2] = { { .fd = signal_fd, .events = POLLIN } };
	int ret = -1;

	fds[1].fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	fds[1].events = POLLIN;
	if (fds[1].fd < 0)
		return -1;
	if (watch_directory_of(fds[1].fd, path) >= 0) {
		/* It may have appeared before the watch was set. */
		if (!access(path, R_OK))
			ret = 0;
		else if (poll(fds, ARRAY_SIZE(fds), -1) > 0)
			ret = fds[0].revents ? 1 : 0;
	}
	close(fds[1].fd);
	return ret;
}

/* The device's directory in sysfs, whatever path it was opened by. */
static int open_sysfs(int fd)
{
	char path[PATH_MAX];
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The first line of one of its files; empty if there is none. */
static void read_word(int dir, const char *name, char *word, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	word[0] = 0;
	if (fd < 0)
		return;
	length = read(fd, word, size - 1);
	close(fd);
	word[length > 0 ? length : 0] = 0;
	word[strcspn(word, "\n")] = 0;
}

static uint64_t read_number(int dir, const char *name)
{
	char word[WORD_SIZE];

	read_word(dir, name, word, sizeof(word));
	return strtoull(word, NULL, 10);
}

int device_read(int fd, struct snapshot *s)
{
	struct hostclock_vmclock vc;
	ssize_t length = pread(fd, &vc, sizeof(vc), 0);
	int dir;

	if (length < 0)
		return -1;
	if (length != sizeof(vc) ||
	    le32toh(vc.magic) != HOSTCLOCK_VMCLOCK_MAGIC) {
		errno = EPROTO;
		return -1;
	}
	dir = open_sysfs(fd);
	if (dir < 0)
		return -1;
	s->marker = le64toh(vc.disruption_marker);
	s->generation = read_number(dir, "generation");
	s->clock_epoch = read_number(dir, "epoch");
	s->guest_epoch = read_number(dir, "guest_epoch");
	s->disruptions = read_number(dir, "disruptions");
	s->cause = read_number(dir, "cause");
	read_word(dir, "status", s->status, sizeof(s->status));
	close(dir);
	return 0;
}

static bool synchronized(const struct snapshot *s)
{
	return !strcmp(s->status, "synchronized");
}

/*
 * The driver decides what is a disruption.  vmclock's marker changes a moment later,
 * possibly after it was read.
 */
unsigned int device_events(const struct snapshot *old,
			   const struct snapshot *new)
{
	unsigned int events = 0;

	if (old->guest_epoch) {
		if (new->generation != old->generation)
			events |= EVENT_BIT(EVENT_GENERATION);
		if (new->disruptions != old->disruptions)
			events |= EVENT_BIT(EVENT_DISRUPTION);
		if (new->clock_epoch != old->clock_epoch)
			events |= EVENT_BIT(EVENT_CLOCK_SET);
	}
	if (synchronized(old) && !synchronized(new))
		events |= EVENT_BIT(EVENT_UNSYNCHRONIZED);
	if (!synchronized(old) && synchronized(new))
		events |= EVENT_BIT(EVENT_SYNCHRONIZED);
	return events;
}
