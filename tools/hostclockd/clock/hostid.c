// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/draw.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/report.h"
#include "base/siphash.h"
#include "hostid.h"

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"

/* The boot ID's 16 bytes, in the order of its hex digits; zero if unknown. */
void hostid_boot(u8 id[16])
{
	FILE *f = fopen(BOOT_ID, "re");
	unsigned int byte;
	int i;

	memset(id, 0, 16);
	if (!f)
		return;
	for (i = 0; i < 16; i++) {
		if (fscanf(f, "%*[-]") == EOF || fscanf(f, "%2x", &byte) != 1)
			break;
		id[i] = byte;
	}
	fclose(f);
}

static bool read_key(int dir, u8 key[16])
{
	struct problem why;
	char *text = files_read(dir, HOSTID_KEY_FILE, HEX_SIZE(16), &why);
	bool good;

	if (!text) {
		if (errno != ENOENT)
			say("%s; guests see another host_id", why.text);
		return false;
	}
	text[strcspn(text, "\n")] = '\0';
	good = hex_read(text, key, 16);
	if (!good)
		say("%s: holds no key; guests see another host_id", HOSTID_KEY_FILE);
	free(text);
	return good;
}

/* If it cannot be kept, only a later hostclockd's pages name another host. */
static void make_key(int dir, u8 key[16])
{
	char text[HEX_SIZE(16) + 1];
	struct problem why;

	draw_bytes(key, 16);
	hex_write(text, key, 16);
	strcat(text, "\n");
	if (files_replace(dir, HOSTID_KEY_FILE, text, 0600, &why))
		say("%s; the next hostclockd will disrupt its guests", why.text);
}

/**
 * hostid_shown - what the clock pages say names this host
 * @dir: the exporter's directory, which has the key
 * @id: where to put it; zero if not known
 *
 * A hash of the boot ID: the same after a restart, another one after a boot, and of no
 * use to whoever knows the boot ID from somewhere else.
 */
void hostid_shown(int dir, u8 id[16])
{
	u8 boot[17], key[16];
	u64 half;
	int i;

	hostid_boot(boot + 1);
	memset(id, 0, 16);
	if (!memcmp(boot + 1, id, 16))
		return;
	if (!read_key(dir, key))
		make_key(dir, key);
	for (i = 0; i < 2; i++) {
		boot[0] = i;
		half = htole64(siphash(key, boot, sizeof(boot)));
		memcpy(id + 8 * i, &half, sizeof(half));
	}
}
