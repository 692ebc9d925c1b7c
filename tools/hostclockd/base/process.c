// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "rate.h"

/* Field 22 of /proc/PID/stat; the name, field 2, ends at the last ')'. */
#define FIELDS_BEHIND_NAME	20

u64 process_start(pid_t pid)
{
	char name[32], line[1024] = "", *p;
	unsigned long long start = 0;
	FILE *f;
	int i;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	f = fopen(name, "re");
	if (!f)
		return 0;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	for (i = 0; p && i < FIELDS_BEHIND_NAME; i++)
		p = strchr(p + 1, ' ');
	if (!p || sscanf(p, " %llu", &start) != 1)
		return 0;
	return start;
}

u64 process_age_ns(u64 start)
{
	u64 tick_ns = NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec -
	       start * tick_ns + 2 * tick_ns;
}
