/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_VDSO_BASE_H
#define _HOSTCLOCK_VDSO_BASE_H

#include <hostclock/vdso.h>

void hostclock_vdso_base_get(enum hostclock_counter which, struct hostclock_vdso_base *base);
void hostclock_vdso_updated(void);

#endif /* _HOSTCLOCK_VDSO_BASE_H */
