/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding a file by a path that others can change: it may lead to a file system that
 * hangs whoever asks it.
 */
#ifndef HOSTCLOCKD_LOOKUP_H
#define HOSTCLOCKD_LOOKUP_H

int lookup(const char *path);

#endif /* HOSTCLOCKD_LOOKUP_H */
