/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of one size between two of our processes, with a descriptor if need be. */
#ifndef HOSTCLOCKD_CHANNEL_H
#define HOSTCLOCKD_CHANNEL_H

#include <stddef.h>

#include "report.h"

int channel_open(int ends[2], struct problem *why);
int channel_send(int end, const void *message, size_t size, int fd);
int channel_receive(int end, void *message, size_t size, int *fd);

#endif /* HOSTCLOCKD_CHANNEL_H */
