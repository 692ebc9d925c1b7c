/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PCI_H
#define _HOSTCLOCK_PCI_H

int hostclock_pci_register(void);
void hostclock_pci_unregister(void);

#endif /* _HOSTCLOCK_PCI_H */
