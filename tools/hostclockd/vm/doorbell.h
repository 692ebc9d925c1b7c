/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Doorbells: interrupts that make guests check their pages.  They are a hint: a guest
 * without one checks when it reads a clock.
 *
 * QEMU's ivshmem-doorbell device gets its memory, here the guest's page file, and an
 * eventfd for its interrupt from a server on a Unix socket; see QEMU's
 * docs/specs/ivshmem-spec.  Every guest has a socket of its own, on which there is no
 * other peer.
 */
#ifndef HOSTCLOCKD_DOORBELL_H
#define HOSTCLOCKD_DOORBELL_H

#include <json-c/json.h>

#include "base/record.h"
#include "vm.h"

#define DOORBELL_DIR	"doorbell"

int doorbell_open(struct exporter *x, struct problem *why);
void doorbell_close(struct exporter *x);
int doorbell_create(struct exporter *x, struct vm *vm, struct problem *why);
void doorbell_remove(struct vm *vm);
void doorbell_ring(struct vm *vm);
void doorbell_poll(struct exporter *x);
void doorbell_updated(struct exporter *x);
struct json_object *doorbell_save(const struct vm *vm);
void doorbell_image(const struct vm *vm, struct record_image *image);
void doorbell_restore(struct vm *vm, struct json_object *saved);
void doorbell_status(const struct vm *vm, struct json_object *out);

#endif /* HOSTCLOCKD_DOORBELL_H */
