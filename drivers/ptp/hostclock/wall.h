/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_WALL_H
#define _HOSTCLOCK_WALL_H

#include <linux/types.h>

void hostclock_wall_anchored(s64 offset_ns);
void hostclock_wall_forget(void);
bool hostclock_wall_detached(void);
void hostclock_wall_check(void);
void hostclock_wall_attach(void);
void hostclock_wall_attach_quietly(void);

#endif /* _HOSTCLOCK_WALL_H */
