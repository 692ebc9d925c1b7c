/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HOSTCLOCK_ARRAY_H
#define _HOSTCLOCK_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* _HOSTCLOCK_ARRAY_H */
