/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_STATUS_H
#define _HOSTCLOCK_STATUS_H

#include <hostclock/clocks.h>

#include "accepted.h"

bool hostclock_quality_now(struct hostclock_read_base *rb, struct hostclock_sync_quality *quality);
const char *hostclock_status_name(void);

#endif /* _HOSTCLOCK_STATUS_H */
