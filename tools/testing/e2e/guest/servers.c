// SPDX-License-Identifier: GPL-2.0
/* The scheduler's servers.  See servers.h. */
#include <glob.h>
#include <stdio.h>

#include "servers.h"

static bool stop(const char *path)
{
	FILE *f = fopen(path, "w");

	return f && fputs("0", f) >= 0 && !fclose(f);
}

bool servers_stop(void)
{
	bool stopped = true;
	glob_t found;

	glob("/sys/kernel/debug/sched/fair_server/cpu*/runtime", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		stopped &= stop(found.gl_pathv[i]);
	globfree(&found);
	return stopped;
}
