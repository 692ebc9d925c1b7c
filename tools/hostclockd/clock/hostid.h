/* SPDX-License-Identifier: GPL-2.0 */
/* What names the running host: for itself, and for its guests. */
#ifndef HOSTCLOCKD_HOSTID_H
#define HOSTCLOCKD_HOSTID_H

#include <hostclock/platform.h>

#define HOSTID_KEY_FILE	"host-key"

void hostid_boot(u8 id[16]);
void hostid_shown(int dir, u8 id[16]);

#endif /* HOSTCLOCKD_HOSTID_H */
