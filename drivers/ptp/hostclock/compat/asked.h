/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ASKED_H
#define _HOSTCLOCK_ASKED_H

void hostclock_asked_start(void);
void hostclock_asked_stop(void);

#endif /* _HOSTCLOCK_ASKED_H */
