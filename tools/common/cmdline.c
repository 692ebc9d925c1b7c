// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"

uint64_t cmdline_number(struct argp_state *state, const char *option,
			const char *text, uint64_t min, uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull() takes white space and signs. */
	if (errno || *text < '0' || *text > '9' || *end || value < min || value > max)
		argp_error(state, "%s %s: must be a whole number from %llu to %llu",
			   option, text, (unsigned long long)min,
			   (unsigned long long)max);
	return value;
}

uint64_t cmdline_bits(struct argp_state *state, const char *option,
		      const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = *text == '-' ? (unsigned long long)strtoll(text, &end, 0) :
			       strtoull(text, &end, 0);
	if (errno || end == text || *end)
		argp_error(state, "%s %s: must be a whole number of at most 64 bits",
			   option, text);
	return value;
}

int cmdline_choice(struct argp_state *state, const char *option,
		   const char *text, const char *const *words)
{
	char all[256] = "";
	size_t used = 0;
	int i;

	for (i = 0; words[i]; i++) {
		if (!strcmp(words[i], text))
			return i;
		used += snprintf(all + used, sizeof(all) - used, "%s%s",
				 i ? ", " : "", words[i]);
	}
	argp_error(state, "%s %s: must be one of %s", option, text, all);
	return -1;
}
