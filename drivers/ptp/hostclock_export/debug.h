/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_DEBUG_H
#define _HOSTCLOCK_EXPORT_DEBUG_H

void hcx_debug_start(void);
void hcx_debug_stop(void);

#endif /* _HOSTCLOCK_EXPORT_DEBUG_H */
