// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport: ivshmem devices whose memory has pages of ours.  Any other ivshmem device
 * belongs to somebody else.
 */
#include <linux/io.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "doorbell.h"
#include "page.h"
#include "params.h"
#include "pci.h"
#include "transport.h"

#define HOSTCLOCK_IVSHMEM_DEVICE	0x1110
#define HOSTCLOCK_IVSHMEM_BAR		2

static const char hostclock_pci_kept[] = "hostclock, for good";

struct hostclock_kept {
	struct list_head node;
	struct resource res;
};

static DEFINE_MUTEX(hostclock_kept_mutex);
static LIST_HEAD(hostclock_kept_list);

/*
 * The vDSO's pages stay mapped by processes when the device goes away, so nothing else
 * must ever get its addresses: they are reserved around the device's own claim to them.
 */
static int hostclock_pci_keep(struct pci_dev *pdev)
{
	struct resource *bar = &pdev->resource[HOSTCLOCK_IVSHMEM_BAR];
	struct hostclock_kept *kept;
	int ret;

	if (!IS_ENABLED(CONFIG_HOSTCLOCK_VDSO) || !bar->parent ||
	    bar->parent->name == hostclock_pci_kept)
		return 0;
	kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return -ENOMEM;
	kept->res.name = hostclock_pci_kept;
	kept->res.start = bar->start;
	kept->res.end = bar->end;
	kept->res.flags = bar->flags;
	mutex_lock(&hostclock_kept_mutex);
	ret = insert_resource(bar->parent, &kept->res);
	if (ret)
		kfree(kept);
	else
		list_add(&kept->node, &hostclock_kept_list);
	mutex_unlock(&hostclock_kept_mutex);
	return ret;
}

/* A bridge's window goes: what is kept in it belongs to what the window was part of. */
static void hostclock_pci_window_removed(struct resource *window)
{
	struct resource *parent = window->parent;
	struct hostclock_kept *kept, *next;
	LIST_HEAD(moved);

	mutex_lock(&hostclock_kept_mutex);
	list_for_each_entry_safe(kept, next, &hostclock_kept_list, node) {
		if (!parent || kept->res.parent != window)
			continue;
		release_resource(&kept->res);
		list_move(&kept->node, &moved);
	}
	if (!list_empty(&moved))
		release_resource(window);
	list_for_each_entry(kept, &moved, node)
		WARN_ON(insert_resource(parent, &kept->res));
	list_splice(&moved, &hostclock_kept_list);
	mutex_unlock(&hostclock_kept_mutex);
}

/* Called before the device's resources are released. */
static int hostclock_pci_removed(struct notifier_block *nb, unsigned long action, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	int i;

	if (action != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;
	hostclock_device_gone(&pdev->dev);
	if (!IS_ENABLED(CONFIG_HOSTCLOCK_VDSO) || !pci_is_bridge(pdev))
		return NOTIFY_DONE;
	for (i = PCI_BRIDGE_RESOURCES; i <= PCI_BRIDGE_RESOURCE_END; i++)
		hostclock_pci_window_removed(&pdev->resource[i]);
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_pci_notifier = {
	.notifier_call = hostclock_pci_removed,
};

/* As pci_restore_config_space() does, which comes later: the command register last */
static void hostclock_pci_restore(struct pci_dev *pdev)
{
	u32 value;
	int i;

	for (i = ARRAY_SIZE(pdev->saved_config_space) - 1; i > 0; i--) {
		/* no write where there is nothing to restore; status bits clear themselves */
		pci_read_config_dword(pdev, i * 4, &value);
		if (i >= PCI_CACHE_LINE_SIZE / 4 && value != pdev->saved_config_space[i])
			pci_write_config_dword(pdev, i * 4, pdev->saved_config_space[i]);
		if (i == PCI_COMMAND / 4)
			pci_write_config_word(pdev, PCI_COMMAND, pdev->saved_config_space[i]);
	}
}

/* Restore a device, and the bridges above it first, if the kernel has saved them. */
static void hostclock_pci_show(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev), *bridge = pci_upstream_bridge(pdev);

	if (bridge)
		hostclock_pci_show(&bridge->dev);
	if (pdev->state_saved)
		hostclock_pci_restore(pdev);
}

/* Map as much as our pages can take up. */
static struct hostclock_region *hostclock_pci_map(struct pci_dev *pdev)
{
	struct hostclock_region *region;
	size_t size;

	size = min_t(resource_size_t, HOSTCLOCK_MAX_PAGES * HOSTCLOCK_PAGE_SIZE,
		     pci_resource_len(pdev, HOSTCLOCK_IVSHMEM_BAR));
	size = round_down(size, HOSTCLOCK_PAGE_SIZE);
	if (!size)
		return ERR_PTR(-ENODEV);
	region = devm_kzalloc(&pdev->dev, sizeof(*region), GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);
	region->dev = &pdev->dev;
	region->show = hostclock_pci_show;
	region->doorbell = &hostclock_pci_doorbell;
	region->size = size;
	region->phys = pci_resource_start(pdev, HOSTCLOCK_IVSHMEM_BAR);
	region->mem = devm_memremap(&pdev->dev, region->phys, size, MEMREMAP_WB);
	return IS_ERR(region->mem) ? ERR_CAST(region->mem) : region;
}

static int hostclock_pci_probe(struct pci_dev *pdev,
			       const struct pci_device_id *id)
{
	struct hostclock_region *region;
	int ret;

	if (!hostclock_device_allowed(pci_name(pdev)) ||
	    !(pci_resource_flags(pdev, HOSTCLOCK_IVSHMEM_BAR) & IORESOURCE_MEM))
		return -ENODEV;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	region = hostclock_pci_map(pdev);
	if (IS_ERR(region))
		return PTR_ERR(region);
	if (!hostclock_region_has_pages(region))
		return -ENODEV;
	ret = pci_request_region(pdev, HOSTCLOCK_IVSHMEM_BAR, "hostclock");
	if (ret)
		return ret;
	ret = hostclock_pci_keep(pdev);
	if (ret) {
		pci_release_region(pdev, HOSTCLOCK_IVSHMEM_BAR);
		return ret;
	}
	pci_set_drvdata(pdev, region);
	hostclock_region_add(region);
	return 0;
}

static void hostclock_pci_remove(struct pci_dev *pdev)
{
	hostclock_region_del(pci_get_drvdata(pdev));
	/* Newer kernels do not do that by themselves. */
	pci_release_region(pdev, HOSTCLOCK_IVSHMEM_BAR);
}

static const struct pci_device_id hostclock_pci_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, HOSTCLOCK_IVSHMEM_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, hostclock_pci_ids);

static struct pci_driver hostclock_pci_driver = {
	.name		= "hostclock",
	.id_table	= hostclock_pci_ids,
	.probe		= hostclock_pci_probe,
	.remove		= hostclock_pci_remove,
};

int hostclock_pci_register(void)
{
	int ret = pci_register_driver(&hostclock_pci_driver);

	if (!ret)
		bus_register_notifier(&pci_bus_type, &hostclock_pci_notifier);
	return ret;
}

void hostclock_pci_unregister(void)
{
	pci_unregister_driver(&hostclock_pci_driver);
	bus_unregister_notifier(&pci_bus_type, &hostclock_pci_notifier);
}
