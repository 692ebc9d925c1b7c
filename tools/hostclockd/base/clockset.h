/* SPDX-License-Identifier: GPL-2.0 */
/* Being told that somebody has set CLOCK_REALTIME. */
#ifndef HOSTCLOCKD_CLOCKSET_H
#define HOSTCLOCKD_CLOCKSET_H

#include "loop.h"

int clockset_watch(struct watch *w, struct problem *why);
bool clockset_happened(struct watch *w);

#endif /* HOSTCLOCKD_CLOCKSET_H */
