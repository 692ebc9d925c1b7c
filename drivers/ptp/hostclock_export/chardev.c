// SPDX-License-Identifier: GPL-2.0-only
/* /dev/hostclock-export, as <misc/hostclock-export.h> describes it. */
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "attach.h"
#include "chardev.h"
#include "publish.h"

/* One for each opened file. */
struct opened {
	u64 told;	/* events that the file's last STATE told */
};

static DECLARE_WAIT_QUEUE_HEAD(waiters);

static void wake(struct irq_work *work)
{
	wake_up_interruptible(&waiters);
}

static struct irq_work wake_work = IRQ_WORK_INIT(wake);

/* There are events to poll for.  Any context: wakes somebody a little later. */
void hcx_chardev_wake(void)
{
	irq_work_queue(&wake_work);
}

static int hcx_open(struct inode *inode, struct file *file)
{
	struct opened *opened = kzalloc(sizeof(*opened), GFP_KERNEL);

	if (!opened)
		return -ENOMEM;
	opened->told = hcx_publish_events();
	file->private_data = opened;
	return 0;
}

static int hcx_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static __poll_t hcx_poll(struct file *file, struct poll_table_struct *table)
{
	struct opened *opened = file->private_data;

	poll_wait(file, &waiters, table);
	return READ_ONCE(opened->told) != hcx_publish_events() ? EPOLLIN | EPOLLRDNORM : 0;
}

static long tell_state(struct opened *opened, void __user *to)
{
	struct hostclock_export_state state;

	hcx_attach_state(&state);
	WRITE_ONCE(opened->told, state.events);
	return copy_to_user(to, &state, sizeof(state)) ? -EFAULT : 0;
}

static long take_meta(const void __user *from)
{
	struct hostclock_export_meta meta;

	if (copy_from_user(&meta, from, sizeof(meta)))
		return -EFAULT;
	return hcx_publish_meta(&meta);
}

static long take_page(const void __user *from)
{
	struct hostclock_export_attach attach;

	if (copy_from_user(&attach, from, sizeof(attach)))
		return -EFAULT;
	return hcx_attach(&attach);
}

static long hcx_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;

	switch (command) {
	case HOSTCLOCK_EXPORT_ATTACH:
		return take_page(user);
	case HOSTCLOCK_EXPORT_META:
		return take_meta(user);
	case HOSTCLOCK_EXPORT_DETACH:
		hcx_detach();
		return 0;
	case HOSTCLOCK_EXPORT_STATE:
		return tell_state(file->private_data, user);
	}
	return -ENOTTY;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = hcx_open,
	.release = hcx_release,
	.poll = hcx_poll,
	.unlocked_ioctl = hcx_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hostclock-export",
	.fops = &operations,
	.mode = 0600,
};

int hcx_chardev_start(void)
{
	return misc_register(&device);
}

/* Nobody has it open, and nothing is published. */
void hcx_chardev_stop(void)
{
	misc_deregister(&device);
	irq_work_sync(&wake_work);
}
