/* SPDX-License-Identifier: GPL-2.0 */
/* A directory that shows a VM's pages to a VMM that cannot see hostclockd's. */
#ifndef HOSTCLOCKD_JAIL_H
#define HOSTCLOCKD_JAIL_H

#include <sys/types.h>

#include "base/report.h"

/* No user in particular: everybody may read. */
#define JAIL_ANYBODY	((uid_t)-1)

/**
 * struct jail - the directory
 * @path:	its name, or NULL if there is none
 * @uid:	who may read there, beside root; JAIL_ANYBODY for all
 * @fs:		the file system that is in it, until it is read-only
 * @root:	its root, mounted there
 */
struct jail {
	const char *path;
	uid_t uid;
	int fs;
	int root;
};

int jail_mount(struct jail *jail, struct problem *why);
int jail_fill(struct jail *jail, const char *dir, const char *name, struct problem *why);
void jail_unmount(struct jail *jail);
int jail_take_away(struct jail *jail, const char *dir, const char *name,
		   struct problem *why);

#endif /* HOSTCLOCKD_JAIL_H */
