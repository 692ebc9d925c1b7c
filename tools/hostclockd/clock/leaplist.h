/* SPDX-License-Identifier: GPL-2.0 */
/* tzdata's list of leap seconds. */
#ifndef HOSTCLOCKD_LEAPLIST_H
#define HOSTCLOCKD_LEAPLIST_H

#include "clock.h"

#define LEAPLIST_MAX	64

/**
 * struct leaplist - since when which TAI offset holds
 * @sec: UTC seconds, ascending
 * @tai: TAI - UTC from there on
 * @count: entries
 * @expires: UTC second from which on the list may be wrong
 */
struct leaplist {
	s64 sec[LEAPLIST_MAX];
	s32 tai[LEAPLIST_MAX];
	int count;
	s64 expires;
};

int leaplist_load(struct leaplist *list, const char *file, struct problem *why);
void leaplist_tai(const struct leaplist *list, s64 now_sec, s32 *tai,
		  enum tai_source *source);
int leaplist_next(const struct leaplist *list, s64 now_sec, s64 *leap_sec);

#endif /* HOSTCLOCKD_LEAPLIST_H */
