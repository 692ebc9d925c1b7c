// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshots of the clocks as PTP drivers take them, of kernels since 7.2.
 *
 * debugfs, snapshots: "CYCLES TSC" for each of some, TSC being 0 where none was told.
 */
#include <linux/clocksource_ids.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#define SNAPSHOTS	200

static struct dentry *file;

static int snapshots_show(struct seq_file *s, void *unused)
{
	struct system_time_snapshot snap;
	int i;

	for (i = 0; i < SNAPSHOTS; i++) {
		ktime_get_snapshot_id(CLOCK_REALTIME, &snap);
		seq_printf(s, "%llu %llu\n", snap.cycles,
			   snap.hw_csid == CSID_X86_TSC ? snap.hw_cycles : 0);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(snapshots);

static int __init snapshots_init(void)
{
	file = debugfs_create_file("snapshots", 0400, NULL, NULL, &snapshots_fops);
	return PTR_ERR_OR_ZERO(file);
}

static void __exit snapshots_exit(void)
{
	debugfs_remove(file);
}

module_init(snapshots_init);
module_exit(snapshots_exit);
MODULE_DESCRIPTION("snapshots of the clocks, with the TSC");
MODULE_LICENSE("GPL");
