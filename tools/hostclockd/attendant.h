/* SPDX-License-Identifier: GPL-2.0 */
/* Attending to the guests: everything but the clock. */
#ifndef HOSTCLOCKD_ATTENDANT_H
#define HOSTCLOCKD_ATTENDANT_H

#include "vm/exporter.h"

int attendant_open(struct exporter *x, struct problem *why);
void attendant_look(void *arg);
void attendant_dispatched(void *arg);
void attendant_close(struct exporter *x);

#endif /* HOSTCLOCKD_ATTENDANT_H */
