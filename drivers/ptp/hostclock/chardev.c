// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hostclock0, used as /dev/vmclock0 is: read() gives the vmclock structure,
 * poll() waits for disruptions, mmap() maps the pages themselves, read-only.
 */
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include <hostclock/vmclock.h>

#include "accepted.h"
#include "chardev.h"
#include "counter.h"
#include "page.h"
#include "transport.h"

/* Offsets to mmap(), in pages */
enum {
	HOSTCLOCK_MAP_GUEST,
	HOSTCLOCK_MAP_CLOCK,
	HOSTCLOCK_MAP_PAGES
};

/* An open file; gone is set when its device is removed */
struct hostclock_file {
	struct list_head node;
	struct file *file;
	bool gone;
	/* as of the last read() */
	unsigned long events;
	__le64 disruption_marker;
	__le64 generation;
};

/* Protects the list, gone, and the pages from being removed */
static DECLARE_RWSEM(hostclock_files_sem);

static LIST_HEAD(hostclock_files);
static struct miscdevice hostclock_misc;
static bool hostclock_misc_registered;

/* poll() waits for a change of hostclock_events */
static DECLARE_WAIT_QUEUE_HEAD(hostclock_wait);
static unsigned long hostclock_events;

static int hostclock_open(struct inode *inode, struct file *file)
{
	struct hostclock_file *f;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	f->file = file;
	f->events = READ_ONCE(hostclock_events);
	file->private_data = f;
	down_write(&hostclock_files_sem);
	list_add(&f->node, &hostclock_files);
	f->gone = !hostclock_misc_registered;
	up_write(&hostclock_files_sem);
	return 0;
}

static int hostclock_release(struct inode *inode, struct file *file)
{
	struct hostclock_file *f = file->private_data;

	down_write(&hostclock_files_sem);
	list_del(&f->node);
	up_write(&hostclock_files_sem);
	kfree(f);
	return 0;
}

static int hostclock_copy_vmclock(const struct hostclock_file *f,
				  struct hostclock_vmclock *vc,
				  unsigned long *events)
{
	const struct hostclock_guest_page *gp;
	int ret = -ENODEV;

	down_read(&hostclock_files_sem);
	if (!f->gone) {
		hostclock_check_pages();
		*events = READ_ONCE(hostclock_events);
		gp = hostclock_guest_page()->mem;
		ret = hostclock_snapshot_vmclock(&gp->vmclock, vc) ? 0 : -EAGAIN;
	}
	up_read(&hostclock_files_sem);
	return ret;
}

static ssize_t hostclock_chardev_read(struct file *file, char __user *buf,
				      size_t count, loff_t *ppos)
{
	struct hostclock_file *f = file->private_data;
	struct hostclock_vmclock vc;
	unsigned long events;
	int ret;

	ret = hostclock_copy_vmclock(f, &vc, &events);
	if (ret)
		return ret;
	f->events = events;
	f->disruption_marker = vc.disruption_marker;
	f->generation = vc.vm_generation_counter;
	return simple_read_from_buffer(buf, count, ppos, &vc, sizeof(vc));
}

static __poll_t hostclock_poll(struct file *file, poll_table *wait)
{
	struct hostclock_file *f = file->private_data;
	struct hostclock_vmclock vc;
	unsigned long events;
	int ret;

	poll_wait(file, &hostclock_wait, wait);
	ret = hostclock_copy_vmclock(f, &vc, &events);
	if (ret == -ENODEV)
		return EPOLLHUP | EPOLLERR;
	if (f->events != events)
		return EPOLLIN | EPOLLRDNORM;
	if (!ret && (f->disruption_marker != vc.disruption_marker ||
		     f->generation != vc.vm_generation_counter))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

/* The physical address of a page of the mapping, 0 if there is none */
static phys_addr_t hostclock_map_phys(unsigned long pgoff)
{
	struct hostclock_read_base v;

	if (pgoff == HOSTCLOCK_MAP_GUEST)
		return hostclock_guest_page()->phys;
	hostclock_read_base_get(&v);
	return hostclock_clock_phys(v.cp);
}

/* The page was removed, or another one is accepted now. */
static vm_fault_t hostclock_vm_fault(struct vm_fault *vmf)
{
	struct hostclock_file *f = vmf->vma->vm_file->private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	phys_addr_t phys;

	down_read(&hostclock_files_sem);
	phys = f->gone ? 0 : hostclock_map_phys(vmf->pgoff);
	if (phys)
		ret = vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(phys));
	up_read(&hostclock_files_sem);
	return ret;
}

static const struct vm_operations_struct hostclock_vm_ops = {
	.fault = hostclock_vm_fault,
};

static int hostclock_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long at, pgoff = vma->vm_pgoff;
	struct hostclock_file *f = file->private_data;
	int ret = 0;

	/* A shared mapping of a file that is not open for writing is never writable. */
	if (vma->vm_flags & (VM_WRITE | VM_MAYWRITE))
		return -EPERM;
	if (pgoff + vma_pages(vma) > HOSTCLOCK_MAP_PAGES)
		return -EINVAL;
	vma->vm_ops = &hostclock_vm_ops;
	down_read(&hostclock_files_sem);
	for (at = vma->vm_start; at < vma->vm_end && !ret; at += PAGE_SIZE) {
		phys_addr_t phys = f->gone ? 0 : hostclock_map_phys(pgoff++);

		ret = -ENODEV;
		if (phys)
			ret = remap_pfn_range(vma, at, PHYS_PFN(phys), PAGE_SIZE,
					      vma->vm_page_prot);
	}
	up_read(&hostclock_files_sem);
	return ret;
}

static const struct file_operations hostclock_fops = {
	.owner		= THIS_MODULE,
	.open		= hostclock_open,
	.release	= hostclock_release,
	.read		= hostclock_chardev_read,
	.poll		= hostclock_poll,
	.mmap		= hostclock_mmap,
	.llseek		= default_llseek,
};

/**
 * hostclock_chardev_wake - wake pollers
 */
void hostclock_chardev_wake(void)
{
	WRITE_ONCE(hostclock_events, hostclock_events + 1);
	wake_up_interruptible_all(&hostclock_wait);
}

/**
 * hostclock_chardev_pages_changed - let mappings fault in the accepted clock page
 */
void hostclock_chardev_pages_changed(void)
{
	struct hostclock_file *f;

	down_read(&hostclock_files_sem);
	list_for_each_entry(f, &hostclock_files, node)
		unmap_mapping_range(f->file->f_mapping,
				    HOSTCLOCK_MAP_CLOCK * PAGE_SIZE, PAGE_SIZE,
				    1);
	up_read(&hostclock_files_sem);
}

/**
 * hostclock_chardev_register - register /dev/hostclock0
 * @parent: the device that has the guest page
 * @groups: sysfs attributes
 *
 * Return: 0 or a negative error code.
 */
int hostclock_chardev_register(struct device *parent,
			       const struct attribute_group **groups)
{
	struct miscdevice *misc = &hostclock_misc;
	int ret;

	*misc = (struct miscdevice) {
		.minor	= MISC_DYNAMIC_MINOR,
		.name	= "hostclock0",
		.fops	= &hostclock_fops,
		.parent	= parent,
		.groups	= groups,
		.mode	= 0444,
	};
	hostclock_misc_registered = true;
	ret = misc_register(misc);
	if (ret)
		hostclock_misc_registered = false;
	return ret;
}

/**
 * hostclock_chardev_device - the device, NULL if it is not registered
 *
 * Context: the caller prevents hostclock_chardev_unregister().
 */
struct device *hostclock_chardev_device(void)
{
	return hostclock_misc_registered ? hostclock_misc.this_device : NULL;
}

/**
 * hostclock_chardev_unregister - unregister it
 *
 * Open files get ENODEV and POLLHUP, their mappings SIGBUS.
 */
void hostclock_chardev_unregister(void)
{
	struct hostclock_file *f;

	if (!hostclock_misc_registered)
		return;
	misc_deregister(&hostclock_misc);
	down_write(&hostclock_files_sem);
	hostclock_misc_registered = false;
	list_for_each_entry(f, &hostclock_files, node) {
		f->gone = true;
		unmap_mapping_range(f->file->f_mapping, 0, 0, 1);
	}
	up_write(&hostclock_files_sem);
	wake_up_interruptible_all(&hostclock_wait);
}
