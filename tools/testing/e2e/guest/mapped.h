/* SPDX-License-Identifier: GPL-2.0 */
/* Where this process has something mapped, by the name in /proc/self/maps. */
#ifndef _MAPPED_H
#define _MAPPED_H

#include <stdbool.h>

struct mapped {
	unsigned long start, end;
	char permissions[5];
};

/* "[vvar]" and its like, the first of that name; false, and all zero, if there is none */
bool find_mapped(const char *name, struct mapped *m);

#endif /* _MAPPED_H */
