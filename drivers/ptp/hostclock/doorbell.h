/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_DOORBELL_H
#define _HOSTCLOCK_DOORBELL_H

struct hostclock_doorbell_ops;

extern const struct hostclock_doorbell_ops hostclock_pci_doorbell;

#endif /* _HOSTCLOCK_DOORBELL_H */
