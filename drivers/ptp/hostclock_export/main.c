// SPDX-License-Identifier: GPL-2.0-only
/* hostclock_export: the host's kernel writes the clock page for its guests. */
#include <linux/module.h>

#include "attach.h"
#include "chardev.h"
#include "debug.h"
#include "publish.h"

static int __init hcx_init(void)
{
	int ret;

	hcx_publish_init(hcx_chardev_wake);
	ret = hcx_chardev_start();
	if (!ret)
		hcx_debug_start();
	return ret;
}

static void __exit hcx_exit(void)
{
	hcx_debug_stop();
	hcx_detach();
	hcx_chardev_stop();
}

module_init(hcx_init);
module_exit(hcx_exit);
MODULE_DESCRIPTION("hostclock: the clock page, written by the host's kernel");
MODULE_LICENSE("GPL");
