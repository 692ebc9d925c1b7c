/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_PUBLISH_H
#define HOSTCLOCKD_PUBLISH_H

#include "state.h"

void publish_wait(const struct clock *clk);
void publish_fill(struct clock *clk);
void publish_done(struct clock *clk);
void publish_copy(const struct clock *clk, struct hostclock_clock_page *first);

#endif /* HOSTCLOCKD_PUBLISH_H */
