// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "rate.h"
#include "spare.h"

/* Field 22 of /proc/PID/stat; the name, field 2, ends at the last ')'. */
#define FIELDS_BEHIND_NAME	20

/* Return: a descriptor; -1 with errno set. */
static int open_stat(pid_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	return spare_openat(AT_FDCWD, name, 0);
}

u64 process_start(pid_t pid)
{
	char text[1024], *p;
	unsigned long long start = 0;
	int fd = open_stat(pid), i, error = 0;
	ssize_t n = -1;

	if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	spare_keep();
	if (n <= 0)
		return error == ENOENT || error == ESRCH ? 0 : PROCESS_UNSEEN;
	text[n] = '\0';
	p = strrchr(text, ')');
	for (i = 0; p && i < FIELDS_BEHIND_NAME; i++)
		p = strchr(p + 1, ' ');
	if (!p || sscanf(p, " %llu", &start) != 1)
		return PROCESS_UNSEEN;
	return start;
}

bool process_ended(pid_t pid, u64 start)
{
	u64 now = process_start(pid);

	return now != PROCESS_UNSEEN && now != start;
}

u64 process_age_ns(u64 start)
{
	u64 tick_ns = NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec -
	       start * tick_ns + 2 * tick_ns;
}
