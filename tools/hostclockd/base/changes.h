/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_CHANGES_H
#define HOSTCLOCKD_CHANGES_H

#include <stdbool.h>

bool changes_happened(int dir);

#endif /* HOSTCLOCKD_CHANGES_H */
