/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_READ_SNAPSHOT_H
#define _HOSTCLOCK_READ_SNAPSHOT_H

struct clocksource;

void hostclock_read_snapshot_init(struct clocksource *mono, struct clocksource *raw);

#endif /* _HOSTCLOCK_READ_SNAPSHOT_H */
