/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Epochs, generations and markers are drawn, not counted: a guest learns from its own
 * nothing about others', and a value that is lost, or read from an older state file,
 * is not given again.
 */
#ifndef HOSTCLOCKD_DRAW_H
#define HOSTCLOCKD_DRAW_H

#include <stddef.h>

#include <hostclock/platform.h>

void draw_bytes(void *bytes, size_t n);
u64 draw_new(u64 last);

#endif /* HOSTCLOCKD_DRAW_H */
