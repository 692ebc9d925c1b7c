/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_VDSO_PAGE_H
#define _HOSTCLOCK_VDSO_PAGE_H

#include <linux/clocksource.h>
#include <linux/types.h>

const char *hostclock_vdso_page_start(phys_addr_t phys, struct clocksource *cs);
void hostclock_vdso_page_enable(bool on);
void hostclock_vdso_page_stop(void);

#endif /* _HOSTCLOCK_VDSO_PAGE_H */
