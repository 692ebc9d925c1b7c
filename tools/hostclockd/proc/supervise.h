/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process that people start.  It starts the clock process and the attendant, and
 * another one if one of them ends or hangs; it has rights, and hears nothing from outside.
 */
#ifndef HOSTCLOCKD_SUPERVISE_H
#define HOSTCLOCKD_SUPERVISE_H

#include "base/options.h"

int supervise(const struct options *opt);

#endif /* HOSTCLOCKD_SUPERVISE_H */
