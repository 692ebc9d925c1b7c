/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_HOOK_H
#define _HOSTCLOCK_EXPORT_HOOK_H

int hcx_hook_start(void);
void hcx_hook_stop(void);

#endif /* _HOSTCLOCK_EXPORT_HOOK_H */
