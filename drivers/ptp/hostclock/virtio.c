// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport: virtio-pmem devices whose memory has pages of ours.  Any other virtio-pmem
 * device is somebody's disk.
 *
 * An ordinary driver cannot decline a device once probed: the bus marks it as failed, and
 * virtio_pmem gets it like that.  So this looks at the devices as they are added, before
 * any driver does: configuration and memory can be read at any time.
 *
 * A device with pages that has no driver is bound to this one, lest it become a disk, but
 * not initialized: nothing is asked of it.  If virtio_pmem has it already, then it keeps
 * it, and the pages are read all the same.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <uapi/linux/virtio_pmem.h>

#include "page.h"
#include "params.h"
#include "transport.h"
#include "virtio.h"

/* The host's files are not larger. A larger device's memory is not even read. */
#define HOSTCLOCK_VIRTIO_MAX_SIZE	SZ_2M

struct hostclock_virtio {
	struct list_head node;
	struct hostclock_region region;
};

struct hostclock_virtio_kept {
	struct list_head node;
	struct resource res;
};

/* Protects the lists; taken with the device's lock held, or with no device's */
static DEFINE_MUTEX(hostclock_virtio_mutex);
static LIST_HEAD(hostclock_virtio_found);
static LIST_HEAD(hostclock_virtio_kept);

static struct virtio_driver hostclock_virtio_driver;

/*
 * The vDSO's pages stay mapped by processes when the device goes away, so nothing else
 * must ever get its addresses.
 */
static int hostclock_virtio_keep(u64 start, u64 size)
{
	struct hostclock_virtio_kept *kept;
	int ret;

	if (!IS_ENABLED(CONFIG_HOSTCLOCK_VDSO))
		return 0;
	list_for_each_entry(kept, &hostclock_virtio_kept, node)
		if (kept->res.start == start && resource_size(&kept->res) == size)
			return 0;
	kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return -ENOMEM;
	kept->res.name = "hostclock, for good";
	kept->res.start = start;
	kept->res.end = start + size - 1;
	kept->res.flags = IORESOURCE_MEM;
	ret = insert_resource(&iomem_resource, &kept->res);
	if (ret)
		kfree(kept);
	else
		list_add(&kept->node, &hostclock_virtio_kept);
	return ret;
}

static void hostclock_virtio_free(struct hostclock_virtio *found)
{
	if (found->region.mem)
		memunmap(found->region.mem);
	put_device(found->region.dev);
	kfree(found);
}

/*
 * Map as much as our pages can take up.  Not by devm_*(): the device may have no driver,
 * or another one.
 */
static struct hostclock_virtio *hostclock_virtio_map(struct device *dev, u64 start,
						     u64 size)
{
	struct hostclock_virtio *found;
	struct hostclock_region *region;

	size = min_t(u64, size, HOSTCLOCK_MAX_PAGES * HOSTCLOCK_PAGE_SIZE);
	size = round_down(size, HOSTCLOCK_PAGE_SIZE);
	if (!size || !PAGE_ALIGNED(start) || start + size < start)
		return NULL;
	found = kzalloc(sizeof(*found), GFP_KERNEL);
	if (!found)
		return NULL;
	region = &found->region;
	region->dev = get_device(dev);
	region->size = size;
	region->phys = start;
	region->mem = memremap(start, size, MEMREMAP_WB);
	if (region->mem && hostclock_region_has_pages(region))
		return found;
	hostclock_virtio_free(found);
	return NULL;
}

/* Whoever has more than 64 features has no get_features(), perhaps. */
static u64 hostclock_virtio_features(struct virtio_device *vdev)
{
#ifdef VIRTIO_FEATURES_U64S
	u64 features[VIRTIO_FEATURES_U64S];

	virtio_get_features(vdev, features);
	return features[0];
#else
	return vdev->config->get_features(vdev);
#endif
}

/*
 * Bind the device to this driver, if it has none.  One that is just being added is bound
 * by the core, next thing, to the driver that it has already, unless the bus does not
 * probe by itself; priv tells.
 */
static void hostclock_virtio_claim(struct virtio_device *vdev, bool adding)
{
	struct device *dev = &vdev->dev;

	if (dev->driver)
		return;
	vdev->priv = NULL;
	dev->driver = &hostclock_virtio_driver.driver;
	if (!adding && device_bind_driver(dev)) {
		dev->driver = NULL;
		return;
	}
	/* Resuming, the bus initializes bound devices, with these features. */
	if (hostclock_virtio_features(vdev) & BIT_ULL(VIRTIO_F_VERSION_1))
		__virtio_set_bit(vdev, VIRTIO_F_VERSION_1);
}

static struct hostclock_virtio *hostclock_virtio_find(const struct device *dev)
{
	struct hostclock_virtio *found;

	list_for_each_entry(found, &hostclock_virtio_found, node)
		if (found->region.dev == dev)
			return found;
	return NULL;
}

static void hostclock_virtio_add(struct virtio_device *vdev, bool adding)
{
	struct hostclock_virtio *found;
	u64 start, size;
	int ret;

	virtio_cread_le(vdev, struct virtio_pmem_config, start, &start);
	virtio_cread_le(vdev, struct virtio_pmem_config, size, &size);
	if (size > HOSTCLOCK_VIRTIO_MAX_SIZE)
		return;
	found = hostclock_virtio_map(&vdev->dev, start, size);
	if (!found)
		return;
	ret = hostclock_virtio_keep(start, size);
	if (ret) {
		dev_warn(&vdev->dev, "cannot reserve the pages' addresses: error %d\n", ret);
		hostclock_virtio_free(found);
		return;
	}
	hostclock_virtio_claim(vdev, adding);
	list_add(&found->node, &hostclock_virtio_found);
	hostclock_region_add(&found->region);
}

/* adding: whether the device is not open to drivers yet; NULL means it is */
static int hostclock_virtio_check(struct device *dev, void *adding)
{
	struct virtio_device *vdev = dev_to_virtio(dev);

	if (vdev->id.device != VIRTIO_ID_PMEM || !vdev->config->get ||
	    (!hostclock_device_allowed(dev_name(dev)) &&
	     !hostclock_device_allowed(dev_name(dev->parent))))
		return 0;
	device_lock(dev);
	mutex_lock(&hostclock_virtio_mutex);
	if (!hostclock_virtio_find(dev))
		hostclock_virtio_add(vdev, adding);
	mutex_unlock(&hostclock_virtio_mutex);
	device_unlock(dev);
	return 0;
}

static bool hostclock_virtio_claimed(const struct device *dev)
{
	return dev->driver == &hostclock_virtio_driver.driver;
}

static void hostclock_virtio_forget(struct device *dev)
{
	struct hostclock_virtio *found;

	mutex_lock(&hostclock_virtio_mutex);
	found = hostclock_virtio_find(dev);
	if (found) {
		list_del(&found->node);
		hostclock_region_del(&found->region);
		if (hostclock_virtio_claimed(dev) && !dev_to_virtio(dev)->priv)
			dev->driver = NULL;
		hostclock_virtio_free(found);
	}
	mutex_unlock(&hostclock_virtio_mutex);
}

static void hostclock_virtio_gone(struct device *dev)
{
	hostclock_virtio_forget(dev);
	hostclock_device_gone(dev);
}

static int hostclock_virtio_event(struct notifier_block *nb, unsigned long action,
				  void *data)
{
	struct device *dev = data;

	if (action == BUS_NOTIFY_ADD_DEVICE)
		hostclock_virtio_check(dev, nb);
	else if (action == BUS_NOTIFY_DEL_DEVICE)
		hostclock_virtio_gone(dev);
	else if (action == BUS_NOTIFY_BOUND_DRIVER && hostclock_virtio_claimed(dev))
		dev_to_virtio(dev)->priv = &hostclock_virtio_driver;
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_virtio_nb = {
	.notifier_call = hostclock_virtio_event,
};

/* Never called: the driver matches no device by itself. */
static int hostclock_virtio_probe(struct virtio_device *vdev)
{
	return -ENODEV;
}

static void hostclock_virtio_remove(struct virtio_device *vdev)
{
	hostclock_virtio_forget(&vdev->dev);
	virtio_reset_device(vdev);
}

/* For loading the module */
static const struct virtio_device_id __maybe_unused hostclock_virtio_ids[] = {
	{ VIRTIO_ID_PMEM, VIRTIO_DEV_ANY_ID },
	{ }
};
MODULE_DEVICE_TABLE(virtio, hostclock_virtio_ids);

static const struct virtio_device_id hostclock_virtio_no_ids[] = {
	{ }
};

static struct virtio_driver hostclock_virtio_driver = {
	.driver.name	= "hostclock",
	.driver.owner	= THIS_MODULE,
	.id_table	= hostclock_virtio_no_ids,
	.probe		= hostclock_virtio_probe,
	.remove		= hostclock_virtio_remove,
};

int hostclock_virtio_register(void)
{
	int ret = register_virtio_driver(&hostclock_virtio_driver);

	if (ret)
		return ret;
	/* Registering has told which bus it is. */
	ret = bus_register_notifier(hostclock_virtio_driver.driver.bus,
				    &hostclock_virtio_nb);
	if (ret) {
		unregister_virtio_driver(&hostclock_virtio_driver);
		return ret;
	}
	bus_for_each_dev(hostclock_virtio_driver.driver.bus, NULL, NULL,
			 hostclock_virtio_check);
	return 0;
}

static struct device *hostclock_virtio_first(void)
{
	struct hostclock_virtio *found;
	struct device *dev = NULL;

	mutex_lock(&hostclock_virtio_mutex);
	found = list_first_entry_or_null(&hostclock_virtio_found,
					 struct hostclock_virtio, node);
	if (found)
		dev = get_device(found->region.dev);
	mutex_unlock(&hostclock_virtio_mutex);
	return dev;
}

void hostclock_virtio_unregister(void)
{
	struct device *dev;

	bus_unregister_notifier(hostclock_virtio_driver.driver.bus, &hostclock_virtio_nb);
	/* Those of virtio_pmem's, too */
	while ((dev = hostclock_virtio_first())) {
		device_lock(dev);
		hostclock_virtio_forget(dev);
		device_unlock(dev);
		put_device(dev);
	}
	unregister_virtio_driver(&hostclock_virtio_driver);
}
