/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files and directories that others can read but not subvert: links are never
 * followed, and existing files must be ours and writable by nobody else.  VMs' page
 * files may have another owner: only root can give away what is in a directory of ours,
 * and does while a QEMU starts that may write to its page.
 */
#ifndef HOSTCLOCKD_FILES_H
#define HOSTCLOCKD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "report.h"

/* How the names of files end that are not complete yet. */
#define FILES_NEW	".new"

int files_open_dir(const char *path, struct problem *why);
int files_open_subdir(int dir, const char *name, struct problem *why);
int files_lock(int dir, const char *name, struct problem *why);
/* VMMs hand memory to guests in such pieces; only the pages that are used take up any. */
#define FILES_PIECE_SIZE	(2U << 20)

/**
 * struct files_kind - a kind of page files
 * @size:	bytes that are used, and mapped
 * @piece:	bytes in all
 * @mode:	of a new one, whatever the umask
 * @lent:	it may have another owner
 */
struct files_kind {
	size_t size;
	size_t piece;
	mode_t mode;
	bool lent;
};

void *files_map(int dir, const char *name, const struct files_kind *kind, bool *created,
		struct problem *why);
int files_open(int dir, const char *name, struct problem *why);
char *files_read(int dir, const char *name, size_t max, struct problem *why);
int files_resize(int fd, const char *name, size_t size, size_t piece, struct problem *why);
int files_replace(int dir, const char *name, const char *text, mode_t mode,
		  struct problem *why);
bool files_aside(int dir, const char *name, const char *aside);
void files_sweep(int dir);

#endif /* HOSTCLOCKD_FILES_H */
