// SPDX-License-Identifier: GPL-2.0-only
/*
 * ivshmem's doorbell.  It is a hint only: without it, changes are noticed by the next
 * reader of a clock; with it, an idle guest notices them at once.
 */
#include <linux/interrupt.h>
#include <linux/pci.h>

#include "doorbell.h"
#include "transport.h"

static irqreturn_t hostclock_doorbell_irq(int irq, void *dev)
{
	hostclock_doorbell_interrupt();
	return IRQ_HANDLED;
}

/* MSI-X only: those interrupts are not shared and need no acknowledgment. */
static int hostclock_pci_doorbell_start(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret;

	if (pci_msix_vec_count(pdev) <= 0)
		return -ENODEV;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	/* An interrupt is a write to memory. */
	pci_set_master(pdev);
	ret = request_irq(pci_irq_vector(pdev, 0), hostclock_doorbell_irq, 0,
			  "hostclock", dev);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

static void hostclock_pci_doorbell_stop(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	free_irq(pci_irq_vector(pdev, 0), dev);
	pci_free_irq_vectors(pdev);
}

const struct hostclock_doorbell_ops hostclock_pci_doorbell = {
	.start	= hostclock_pci_doorbell_start,
	.stop	= hostclock_pci_doorbell_stop,
};
