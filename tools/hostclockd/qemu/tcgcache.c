// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "tcgcache.h"

/* More builds than a host has installed; the oldest is forgotten first. */
#define ENTRIES		16

static struct entry {
	char key[96];
	u64 offset;
} entries[ENTRIES];
static int used;

u64 tcgcache_find(const char *key)
{
	int i;

	for (i = 0; i < used; i++) {
		if (!strcmp(entries[i].key, key))
			return entries[i].offset;
	}
	return 0;
}

void tcgcache_add(const char *key, u64 offset)
{
	if (tcgcache_find(key))
		return;
	if (used == ENTRIES) {
		memmove(entries, entries + 1, (ENTRIES - 1) * sizeof(entries[0]));
		used--;
	}
	snprintf(entries[used].key, sizeof(entries[used].key), "%s", key);
	entries[used++].offset = offset;
}

const char *tcgcache_entry(int number, u64 *offset)
{
	if (number >= used)
		return NULL;
	*offset = entries[number].offset;
	return entries[number].key;
}
