/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _BENCH_STOCK_H
#define _BENCH_STOCK_H

#include "modes.h"

/*
 * Loads FILE, the vDSO of a guest with Debian's kernel 6.12 as dumpvdso has written it, with data
 * pages in front of it.  Whatever is wrong ends the program with a message.
 */
void stock_load(struct vdso_image *img, struct vvar *v, const char *file);

#endif /* _BENCH_STOCK_H */
