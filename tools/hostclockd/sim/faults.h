/* SPDX-License-Identifier: GPL-2.0 */
/* What a buggy or hostile exporter would do, for tests. */
#ifndef HOSTCLOCKD_FAULTS_H
#define HOSTCLOCKD_FAULTS_H

#include "clock/state.h"
#include "vm/exporter.h"

/* What carries them out. */
extern const struct page_hooks faults_hooks;
void faults_guest_hook(struct hostclock_guest_page *gp);

int faults_hostile(const char *field, u64 value, struct problem *why);
void faults_hostile_off(void);
void faults_status(int instead);
void faults_error(s64 instead_ns);
void faults_tear(struct clock *clk, struct exporter *x, const char *what);
void faults_scribble(struct clock *clk, struct exporter *x, const char *what);
void faults_repair(struct clock *clk, struct exporter *x);

#endif /* HOSTCLOCKD_FAULTS_H */
