/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PINNED_H
#define _HOSTCLOCK_PINNED_H

void hostclock_pinned_want(void);
void hostclock_pinned_caller(unsigned long caller);
bool hostclock_pinned_is_caller(void);
void hostclock_pinned_read(void);
void hostclock_pinned_set(void);
void hostclock_pinned_wait(void);

#endif /* _HOSTCLOCK_PINNED_H */
