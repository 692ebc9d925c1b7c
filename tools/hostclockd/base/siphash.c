// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <string.h>

#include "siphash.h"

static u64 rotate(u64 value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void rounds(u64 v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void absorb(u64 v[4], u64 word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

/* Up to 8 bytes, the first the lowest. */
static u64 load(const u8 *from, size_t n)
{
	u64 word = 0;

	memcpy(&word, from, n);
	return le64toh(word);
}

u64 siphash(const u8 key[16], const void *data, size_t len)
{
	u64 k0 = load(key, 8), k1 = load(key + 8, 8);
	u64 v[4] = {
		k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL,
		k0 ^ 0x6c7967656e657261ULL, k1 ^ 0x7465646279746573ULL,
	};
	const u8 *from = data;
	size_t left;

	for (left = len; left >= 8; left -= 8, from += 8)
		absorb(v, load(from, 8));
	absorb(v, load(from, left) | (u64)len << 56);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
