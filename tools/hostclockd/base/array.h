/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_ARRAY_H
#define HOSTCLOCKD_ARRAY_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* HOSTCLOCKD_ARRAY_H */
