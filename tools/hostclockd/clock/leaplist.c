// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "leaplist.h"

#define SYSTEM_LIST	"/usr/share/zoneinfo/leap-seconds.list"
/* The list counts from 1900: 70 years, 17 of them leap years. */
#define NTP_TO_UNIX	((70LL * 365 + 17) * 86400)
/* A leap second counts as announced this long before. */
#define ANNOUNCE_SEC	86400

static int add_line(struct leaplist *list, const char *line)
{
	long long sec;
	int tai;

	if (sscanf(line, "#@ %lld", &sec) == 1) {
		list->expires = sec - NTP_TO_UNIX;
		return 0;
	}
	if (line[0] == '#' || line[strspn(line, " \t\n")] == '\0')
		return 0;
	if (sscanf(line, "%lld %d", &sec, &tai) != 2 ||
	    list->count == LEAPLIST_MAX || tai < -1000 || tai > 1000)
		return -1;
	sec -= NTP_TO_UNIX;
	if (list->count && sec <= list->sec[list->count - 1])
		return -1;
	list->sec[list->count] = sec;
	list->tai[list->count++] = tai;
	return 0;
}

/**
 * leaplist_load - read a list in the format of leap-seconds.list
 * @list: where to put it
 * @file: its name; NULL for tzdata's, which may be missing
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int leaplist_load(struct leaplist *list, const char *file, struct problem *why)
{
	const char *name = file ? file : SYSTEM_LIST;
	int number = 0, bad = 0;
	char line[512];
	FILE *f;

	memset(list, 0, sizeof(*list));
	f = fopen(name, "re");
	if (!f && !file) {
		say("%s: %s; TAI is known only if the kernel knows it (install tzdata)",
		    name, strerror(errno));
		return 0;
	}
	if (!f)
		return problem_errno(why, "%s: cannot open", name);
	while (!bad && fgets(line, sizeof(line), f)) {
		number++;
		bad = add_line(list, line);
	}
	fclose(f);
	if (bad)
		return problem_set(why,
				   "%s: line %d is not \"NTP-SECONDS TAI-OFFSET\" in ascending order",
				   name, number);
	return 0;
}

/* TAI - UTC at a UTC second, and how good that is. */
void leaplist_tai(const struct leaplist *list, s64 now_sec, s32 *tai,
		  enum tai_source *source)
{
	int i;

	*tai = 0;
	*source = TAI_UNKNOWN;
	for (i = 0; i < list->count && list->sec[i] <= now_sec; i++) {
		*tai = list->tai[i];
		*source = now_sec < list->expires ? TAI_LIST : TAI_LIST_EXPIRED;
	}
}

/* The leap second within the day ahead: 1, -1, or 0 for none. */
int leaplist_next(const struct leaplist *list, s64 now_sec, s64 *leap_sec)
{
	int i;

	for (i = 1; i < list->count; i++) {
		if (list->sec[i] <= now_sec ||
		    list->sec[i] > now_sec + ANNOUNCE_SEC)
			continue;
		*leap_sec = list->sec[i];
		return list->tai[i] > list->tai[i - 1] ? 1 : -1;
	}
	return 0;
}
