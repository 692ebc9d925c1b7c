/* SPDX-License-Identifier: GPL-2.0 */
/* Dying between two given stores into a page, for tests. */
#ifndef HOSTCLOCKD_STOREFAULT_H
#define HOSTCLOCKD_STOREFAULT_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

#include "base/report.h"

int storefault_die(void *page, unsigned long store, struct problem *why);

#endif /* HOSTCLOCKD_STOREFAULT_H */
