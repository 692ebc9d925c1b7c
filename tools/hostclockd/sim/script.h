/* SPDX-License-Identifier: GPL-2.0 */
/* Scripts: events at given times. */
#ifndef HOSTCLOCKD_SCRIPT_H
#define HOSTCLOCKD_SCRIPT_H

#include "vm/exporter.h"

int script_load(const char *file, struct problem *why);
int script_start(struct exporter *x, struct problem *why);
int script_split(char *text, char **words, int max);

#endif /* HOSTCLOCKD_SCRIPT_H */
