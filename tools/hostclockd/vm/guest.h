/* SPDX-License-Identifier: GPL-2.0 */
/* Guests: their pages, and what is known of their counters. */
#ifndef HOSTCLOCKD_GUEST_H
#define HOSTCLOCKD_GUEST_H

#include "vm.h"

int vm_count(const struct exporter *x);
struct vm *vm_find(struct exporter *x, const char *name);
struct vm *vm_create(struct exporter *x, const struct vm *like,
		     struct problem *why);
void vm_free(struct exporter *x, struct vm *vm);
void vm_renew(struct vm *vm);
void vms_renew(struct exporter *x);
void vms_ask_clock(struct exporter *x);
void vm_publish(struct exporter *x, struct vm *vm);
void vm_rewrite(struct exporter *x, struct vm *vm);
void vm_set_offset(struct exporter *x, struct vm *vm, u64 tsc_offset, u8 found);
void vm_set_offset_at(struct exporter *x, struct vm *vm, u64 tsc,
		      u64 tsc_offset, u8 found);
void vm_continued(struct exporter *x, struct vm *vm, u64 tsc_offset, u64 ns);
u64 vm_counter_at(const struct exporter *x, const struct vm *vm, u64 tsc);
u64 vm_host_counter(const struct exporter *x, const struct vm *vm);

#endif /* HOSTCLOCKD_GUEST_H */
