/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PCI_H
#define _HOSTCLOCK_PCI_H

#ifdef CONFIG_HOSTCLOCK_PCI
int hostclock_pci_register(void);
void hostclock_pci_unregister(void);
#else
static inline int hostclock_pci_register(void)
{
	return 0;
}

static inline void hostclock_pci_unregister(void)
{
}
#endif

#endif /* _HOSTCLOCK_PCI_H */
