/* SPDX-License-Identifier: GPL-2.0 */
/* The host's kernel as the writer of the unscaled, strict page: hostclock_export.ko. */
#ifndef HOSTCLOCKD_KERNEL_H
#define HOSTCLOCKD_KERNEL_H

#include "state.h"

void kernel_open(struct clock *clk);
bool kernel_writes(const struct clock *clk, const struct page *pg);
s64 kernel_behind_ns(const struct clock *clk, const struct page *pg);
bool kernel_tell(struct clock *clk, const struct params *told);
void kernel_follow(struct clock *clk);
void kernel_return(struct clock *clk);
int kernel_want(struct clock *clk, bool on, struct problem *why);

#endif /* HOSTCLOCKD_KERNEL_H */
