/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_STATUS_H
#define _HOSTCLOCK_STATUS_H

#include <hostclock/clocks.h>

#include "accepted.h"

bool hostclock_now(struct hostclock_view *v, struct hostclock_sync_quality *trust);
const char *hostclock_status_name(void);

#endif /* _HOSTCLOCK_STATUS_H */
