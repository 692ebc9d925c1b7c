/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signalling an eventfd that somebody else has, too.  They may clear its O_NONBLOCK and
 * fill it at any time, so that write() would wait for them; this never does.
 */
#ifndef HOSTCLOCKD_RING_H
#define HOSTCLOCKD_RING_H

#include "report.h"

int ring_open(struct problem *why);
int ring_eventfd(int fd);

#endif /* HOSTCLOCKD_RING_H */
