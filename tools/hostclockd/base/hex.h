/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes as text. */
#ifndef HOSTCLOCKD_HEX_H
#define HOSTCLOCKD_HEX_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HEX_DIGITS	"0123456789abcdefABCDEF"

/* Room for the text of so many bytes. */
#define HEX_SIZE(bytes)	(2 * (bytes) + 1)

static inline void hex_write(char *text, const void *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
}

/*
 * Return: whether the text has exactly that many bytes; if not, some may have been
 * written.
 */
static inline bool hex_read(const char *text, void *bytes, size_t n)
{
	size_t i;

	if (strlen(text) != 2 * n || strspn(text, HEX_DIGITS) != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		if (sscanf(text + 2 * i, "%2hhx", (unsigned char *)bytes + i) != 1)
			return false;
	}
	return true;
}

#endif /* HOSTCLOCKD_HEX_H */
