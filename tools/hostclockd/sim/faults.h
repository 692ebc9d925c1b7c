/* SPDX-License-Identifier: GPL-2.0 */
/* What a buggy or hostile exporter would do, for tests. */
#ifndef HOSTCLOCKD_FAULTS_H
#define HOSTCLOCKD_FAULTS_H

#include "clock/exporter.h"

struct vm;

int faults_hostile(const char *field, u64 value, struct problem *why);
void faults_hostile_off(void);
void faults_params(struct hostclock_params *p);
void faults_header(struct hostclock_clock_page *cp);
void faults_guest(struct hostclock_guest_page *gp);
void faults_tear(struct exporter *x, const char *what);
void faults_scribble(struct exporter *x, const char *what);
void faults_repair(struct exporter *x);

#endif /* HOSTCLOCKD_FAULTS_H */
