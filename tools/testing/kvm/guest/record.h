/* SPDX-License-Identifier: GPL-2.0 */
/* How REALTIME's error goes on after an event, for a plot. */
#ifndef _RECORD_H
#define _RECORD_H

#include "reading.h"

/* What fits in record_real()'s memory. */
#define RECORD_MAX_NS	(1000 * 1000000000LL)

/*
 * Reads REALTIME for so long after its first reading, and prints what it found
 * when all is over: "record sample AT LOW HIGH", ns since the first reading
 * began, and the values that the error is between.  The pages are mapped
 * anew when their epoch changes.
 */
void record_real(struct pages *pages, const struct reading *first, int64_t for_ns);

#endif /* _RECORD_H */
