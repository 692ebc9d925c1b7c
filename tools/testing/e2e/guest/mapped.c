// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "mapped.h"

bool find_mapped(const char *name, struct mapped *m)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[256], found[32];
	bool is_it = false;

	if (!maps)
		die("/proc/self/maps");
	while (!is_it && fgets(line, sizeof(line), maps))
		is_it = sscanf(line, "%lx-%lx %4s %*s %*s %*s %31s", &m->start, &m->end,
			       m->permissions, found) == 4 && !strcmp(found, name);
	fclose(maps);
	if (!is_it)
		memset(m, 0, sizeof(*m));
	return is_it;
}
