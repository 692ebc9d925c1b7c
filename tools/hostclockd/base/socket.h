/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets by which others reach the exporter. */
#ifndef HOSTCLOCKD_SOCKET_H
#define HOSTCLOCKD_SOCKET_H

#include "report.h"

/* Bytes of a name that fit behind a directory's descriptor. */
#define SOCKET_NAME_MAX	80

int socket_listen(int dir, const char *name, int type, struct problem *why);

#endif /* HOSTCLOCKD_SOCKET_H */
