// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interrupt by which the host says that the pages have something new.
 *
 * It is a hint: everything is right without it, too, once anybody looks.  With
 * it a guest that is wholly idle looks at once.
 */
#include <linux/interrupt.h>
#include <linux/pci.h>

#include "hostclock.h"

static irqreturn_t hostclock_doorbell_rings(int irq, void *unused)
{
	WRITE_ONCE(hostclock.rings, hostclock.rings + 1);
	hostclock_look();
	return IRQ_HANDLED;
}

static int hostclock_doorbell_request(struct pci_dev *pdev)
{
	int ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);

	if (ret < 0)
		return ret;
	/* An interrupt is a write to memory. */
	pci_set_master(pdev);
	ret = request_irq(pci_irq_vector(pdev, 0), hostclock_doorbell_rings, 0,
			  "hostclock", &hostclock);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

/**
 * hostclock_doorbell_start - have the host interrupt us, if it can
 * @dev: the device that has the guest page
 *
 * Of ivshmem devices those that can have MSI-X, whose interrupts are nobody
 * else's and need no acknowledgment.
 *
 * Context: hostclock.mutex held.
 */
void hostclock_doorbell_start(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret;

	if (pci_msix_vec_count(pdev) <= 0)
		return;
	ret = hostclock_doorbell_request(pdev);
	if (ret)
		dev_warn(dev, "no doorbell: error %d\n", ret);
	else
		WRITE_ONCE(hostclock.doorbell, dev);
}

/**
 * hostclock_doorbell_stop - no more interrupts, and none under way
 *
 * Context: may sleep; hostclock.mutex held.
 */
void hostclock_doorbell_stop(void)
{
	struct pci_dev *pdev;

	if (!hostclock.doorbell)
		return;
	pdev = to_pci_dev(hostclock.doorbell);
	free_irq(pci_irq_vector(pdev, 0), &hostclock);
	pci_free_irq_vectors(pdev);
	WRITE_ONCE(hostclock.doorbell, NULL);
}
