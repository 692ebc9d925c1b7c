/* SPDX-License-Identifier: GPL-2.0 */
/* Copies of all clock pages, each in a file of one guest alone. */
#ifndef HOSTCLOCKD_COPIES_H
#define HOSTCLOCKD_COPIES_H

#include "view.h"

#define COPIES_MAX	1000
/* What is used of such a file: the guest page, then a copy of every clock page, and room. */
#define PRIVATE_FILE_SIZE	(8 * HOSTCLOCK_PAGE_SIZE)

int copies_add(u32 id, int fd, struct problem *why);
void copies_remove(u32 id);
void copies_remove_all(void);
struct hostclock_clock_page *copies_first(u32 id);
struct hostclock_clock_page *copies_at(unsigned int i);
struct hostclock_clock_page *copies_page(struct hostclock_clock_page *first, int page);

#endif /* HOSTCLOCKD_COPIES_H */
