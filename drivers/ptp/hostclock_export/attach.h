/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_ATTACH_H
#define _HOSTCLOCK_EXPORT_ATTACH_H

#include <misc/hostclock-export.h>

struct hcx_check;

int hcx_attach(const struct hostclock_export_attach *attach);
void hcx_detach(void);
void hcx_attach_state(struct hostclock_export_state *state);
int hcx_attach_check(u64 times, struct hcx_check *check);

#endif /* _HOSTCLOCK_EXPORT_ATTACH_H */
