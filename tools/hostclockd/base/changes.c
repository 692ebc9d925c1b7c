// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "changes.h"

/* What is read at a time, and how often: all that the kernel keeps, 16384 by default. */
#define READ_SIZE	65536
#define READS		16
/* A file that comes, goes or has another one's name; its content, which is its size too. */
#define EVENTS	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB)

static int watch = -1;
static bool tried;

static void watch_directory(int dir)
{
	char name[32];

	tried = true;
	watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch < 0)
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", dir);
	if (inotify_add_watch(watch, name, EVENTS | IN_ONLYDIR) >= 0)
		return;
	close(watch);
	watch = -1;
}

/* The directory is not watched any more. */
static bool is_over(const char *events, ssize_t size)
{
	const struct inotify_event *e;
	ssize_t at;

	for (at = 0; at < size; at += sizeof(*e) + e->len) {
		e = (const struct inotify_event *)(events + at);
		if (e->mask & IN_IGNORED)
			return true;
	}
	return false;
}

/**
 * changes_happened - has anything happened to the files of a directory?
 * @dir: the directory, always the same one
 *
 * Stores to files that are mapped are none, nor is what is done by other links to them.
 * Who does much, often, is not told apart: that costs no more than a call.
 *
 * Return: whether it has since the last call, or that is not to be found out.
 */
bool changes_happened(int dir)
{
	static char events[READ_SIZE] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool happened = !tried;
	ssize_t size;
	int i;

	if (!tried)
		watch_directory(dir);
	for (i = 0; i < READS && watch >= 0; i++) {
		size = read(watch, events, sizeof(events));
		if (size < 0)
			return happened || errno != EAGAIN;
		happened = true;
		if (is_over(events, size)) {
			close(watch);
			watch = -1;
		}
	}
	return true;
}
