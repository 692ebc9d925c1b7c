/* SPDX-License-Identifier: GPL-2.0 */
/* The memory of ivshmem devices, reached through sysfs. */
#ifndef _BAR_H
#define _BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAR_PATH_SIZE	300

struct bar {
	char device[64];		/* 0000:00:04.0 */
	char driver[64];		/* bound to it, or empty */
	unsigned char *memory;		/* NULL if it cannot be mapped */
	size_t size;
};

/*
 * Finds up to max ivshmem devices and maps BAR 2 of each.  Returns how many
 * there are.
 */
int bars_find(struct bar *bars, int max, bool writable);

/* And unmaps them again. */
void bars_close(struct bar *bars, int found);

/*
 * The memory that begins with that number, which the host may write so many seconds later;
 * writable.  It has at least *size bytes; how many is put there.
 */
void *bars_with(uint64_t magic, int patience_s, size_t *size);

#endif /* _BAR_H */
