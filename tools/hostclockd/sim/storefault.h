/* SPDX-License-Identifier: GPL-2.0 */
/* Dying between two given stores into a page, for tests. */
#ifndef HOSTCLOCKD_STOREFAULT_H
#define HOSTCLOCKD_STOREFAULT_H

#include "clock/exporter.h"

int storefault_die(void *page, unsigned long store, struct problem *why);

#endif /* HOSTCLOCKD_STOREFAULT_H */
