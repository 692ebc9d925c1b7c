/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_PUBLISH_H
#define HOSTCLOCKD_PUBLISH_H

#include "exporter.h"

void publish_wait(const struct exporter *x);
void publish_fill(struct exporter *x);
void publish_done(struct exporter *x);
void publish_copy(struct exporter *x, const struct page_copies *copies);

#endif /* HOSTCLOCKD_PUBLISH_H */
