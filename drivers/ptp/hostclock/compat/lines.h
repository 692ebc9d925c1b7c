/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_LINES_H
#define _HOSTCLOCK_LINES_H

#include <linux/types.h>

struct hostclock_accepted;

void hostclock_lines_start(void);
void hostclock_lines_stop(void);
bool hostclock_lines_present(void);
u64 hostclock_lines_refine(u64 ns);
u64 hostclock_lines_refine_tsc(u64 ns, u64 *tsc);
bool hostclock_lines_bad(void);
const char *hostclock_lines_closed(void);
void hostclock_lines_drop(void);
bool hostclock_lines_accept(const struct hostclock_accepted *a);
void hostclock_lines_retry_later(void);
void hostclock_lines_retry_stop(void);
u64 hostclock_lines_ahead(void);

#endif /* _HOSTCLOCK_LINES_H */
