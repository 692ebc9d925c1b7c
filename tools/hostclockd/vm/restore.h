/* SPDX-License-Identifier: GPL-2.0 */
/* Restoring the state of an earlier exporter. */
#ifndef HOSTCLOCKD_RESTORE_H
#define HOSTCLOCKD_RESTORE_H

#include "vm/exporter.h"

int state_load(struct exporter *x, struct problem *why);
void state_restore(struct exporter *x);
void state_retry(struct exporter *x);

#endif /* HOSTCLOCKD_RESTORE_H */
