/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a restarted exporter needs beside the pages.  Valid for the boot of the
 * host that it was written in.
 */
#ifndef HOSTCLOCKD_STATE_H
#define HOSTCLOCKD_STATE_H

#include "clock/exporter.h"

int state_load(struct exporter *x, struct problem *why);
int state_take_up(struct exporter *x, struct problem *why);
void state_save(struct exporter *x);

#endif /* HOSTCLOCKD_STATE_H */
