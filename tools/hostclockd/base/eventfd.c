// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "eventfd.h"

/* A process can have a million descriptors, on purpose: look at so many, in 20 ms. */
#define LOOKS	16384
#define OPENS	4096

/* From fdinfo, where only eventfds have a line of this name. */
static s64 id_of(const char *process, const char *fd)
{
	char path[64], line[128];
	long long id = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", process, fd);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "eventfd-id: %lld", &id) == 1)
			break;
	}
	fclose(f);
	return id;
}

s64 eventfd_id(int fd)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", fd);
	return id_of("self", name);
}

static bool is_eventfd(DIR *dir, const char *name)
{
	char link[32];
	ssize_t n = readlinkat(dirfd(dir), name, link, sizeof(link) - 1);

	link[n > 0 ? n : 0] = '\0';
	return !strcmp(link, "anon_inode:[eventfd]");
}

/* Which descriptor it is there, or -1. */
static int find(int pid, s64 id)
{
	char path[32], process[16];
	struct dirent *entry;
	int found = -1, looks = 0, opens = 0;
	DIR *dir;

	snprintf(process, sizeof(process), "%d", pid);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && found < 0 && looks++ < LOOKS && (entry = readdir(dir))) {
		if (is_eventfd(dir, entry->d_name) && opens++ < OPENS &&
		    id_of(process, entry->d_name) == id)
			found = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int eventfd_from(int pidfd, int pid, s64 id, struct problem *why)
{
	int theirs = id < 0 ? -1 : find(pid, id);
	int fd;

	if (theirs < 0)
		return problem_set(why, "process %d has no eventfd %lld", pid,
				   (long long)id);
	fd = syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	if (fd < 0)
		return problem_errno(why, "pidfd_getfd of process %d", pid);
	/* It may have put another one in its place meanwhile. */
	if (eventfd_id(fd) == id)
		return fd;
	close(fd);
	return problem_set(why, "process %d has just closed eventfd %lld", pid, (long long)id);
}
