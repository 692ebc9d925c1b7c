/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_TIMEKEEPER_H
#define _HOSTCLOCK_EXPORT_TIMEKEEPER_H

#include "params.h"

struct timekeeper;

int hcx_timekeeper_params(const struct timekeeper *tk, struct hcx_params *p);

#endif /* _HOSTCLOCK_EXPORT_TIMEKEEPER_H */
