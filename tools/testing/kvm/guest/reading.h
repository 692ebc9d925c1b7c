/* SPDX-License-Identifier: GPL-2.0 */
/* A reading of a clock, between two of the page. */
#ifndef _READING_H
#define _READING_H

#include <stdint.h>
#include <time.h>

#include "pages.h"

#define DEVICE		"/dev/hostclock0"

struct reading {
	struct page_time before, after;
	int64_t ns;
};

void reading_take(const struct pages *pages, clockid_t id, struct reading *r);

/* With the pages as they are now, of one made a moment ago. */
void reading_again(const struct pages *pages, struct reading *r);

/* Between which values the clock's error is: it is off what the page says. */
int64_t reading_error_low(const struct reading *r, clockid_t id);
int64_t reading_error_high(const struct reading *r, clockid_t id);

/* That of them which is nearer to 0; 0 if the clock may be right. */
int64_t reading_error(const struct reading *r, clockid_t id);

#endif /* _READING_H */
