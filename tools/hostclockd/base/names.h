/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the ABI's and the exporter's enumerations, both ways. */
#ifndef HOSTCLOCKD_NAMES_H
#define HOSTCLOCKD_NAMES_H

extern const char *const names_format[];
extern const char *const names_smear[];
extern const char *const names_policy[];
extern const char *const names_cause[];
extern const char *const names_status[];
extern const char *const names_leap[];
extern const char *const names_method[];
extern const char *const names_state[];
extern const char *const names_tai[];
extern const char *const names_kernel[];

/* The name's number in a list that ends with NULL, or -1. */
int names_find(const char *const *names, const char *name);

#endif /* HOSTCLOCKD_NAMES_H */
