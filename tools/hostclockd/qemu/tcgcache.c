// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "tcgcache.h"

/* More builds than a host has installed; the oldest is forgotten first. */
#define ENTRIES		16

static struct entry {
	char key[128];
	u64 offset;
} entries[ENTRIES];
static int used;

static struct entry *find(const char *key)
{
	int i;

	for (i = 0; i < used; i++) {
		if (!strcmp(entries[i].key, key))
			return &entries[i];
	}
	return NULL;
}

u64 tcgcache_find(const char *key)
{
	const struct entry *e = find(key);

	return e ? e->offset : 0;
}

void tcgcache_add(const char *key, u64 offset)
{
	struct entry *e = find(key);

	if (!key[0])
		return;
	if (!e && used == ENTRIES) {
		memmove(entries, entries + 1, (ENTRIES - 1) * sizeof(entries[0]));
		used--;
	}
	if (!e)
		e = &entries[used++];
	snprintf(e->key, sizeof(e->key), "%s", key);
	e->offset = offset;
}

const char *tcgcache_entry(int number, u64 *offset)
{
	if (number >= used)
		return NULL;
	*offset = entries[number].offset;
	return entries[number].key;
}
