/* SPDX-License-Identifier: GPL-2.0 */
/* Stopping and continuing a VM. */
#ifndef HOSTCLOCKD_STOPCONT_H
#define HOSTCLOCKD_STOPCONT_H

#include "guest.h"

int stopcont(struct exporter *x, const char *name, bool stops,
	     struct problem *why);

#endif /* HOSTCLOCKD_STOPCONT_H */
