// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: hostclock_export/counters to read; check takes a number, and tells. */
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include <asm/tsc.h>

#include "attach.h"
#include "check.h"
#include "debug.h"
#include "publish.h"

static struct dentry *dir;

/* Guards the results. */
static DEFINE_MUTEX(mutex);
static struct hcx_check results;

static const char * const clocks[HCX_CLOCKS] = {
	[HCX_REALTIME] = "realtime",
	[HCX_MONOTONIC] = "monotonic",
	[HCX_RAW] = "monotonic_raw",
	[HCX_BOOTTIME] = "boottime",
	[HCX_TAI] = "tai",
};

static int counters_show(struct seq_file *file, void *unused)
{
	struct hostclock_export_state state;
	struct hcx_counts counts;

	hcx_attach_state(&state);
	hcx_publish_counts(&counts);
	seq_printf(file, "state %u\nreason %u\nevents %llu\n", state.state, state.reason,
		   state.events);
	seq_printf(file, "hooks %llu\nupdates %llu\npublished %llu\nepochs %llu\n",
		   counts.hooks, counts.updates, counts.published, counts.epochs);
	seq_printf(file, "held_max_ns %llu\n",
		   div64_u64(counts.held_max * 1000000, tsc_khz));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int check_show(struct seq_file *file, void *unused)
{
	int i;

	mutex_lock(&mutex);
	seq_printf(file, "compared %llu\nunsettled %llu\nprevious %llu\n",
		   results.compared, results.unsettled, results.previous);
	for (i = 0; i < HCX_CLOCKS; i++)
		seq_printf(file, "%s %llu %lld %lld\n", clocks[i], results.wrong[i],
			   results.low[i], results.high[i]);
	mutex_unlock(&mutex);
	return 0;
}

static int check_open(struct inode *inode, struct file *file)
{
	return single_open(file, check_show, NULL);
}

/* At a time, so that who detaches needs not wait for long. */
#define ROUND	10000

static int check(u64 times)
{
	int ret = 0;

	while (times && !ret && !signal_pending(current)) {
		u64 round = min_t(u64, times, ROUND);

		ret = hcx_attach_check(round, &results);
		times -= round;
	}
	return ret;
}

/* So many comparisons; 0 forgets the results. */
static ssize_t check_write(struct file *file, const char __user *text, size_t size,
			   loff_t *at)
{
	u64 times;
	int ret = kstrtou64_from_user(text, size, 10, &times);

	if (ret)
		return ret;
	mutex_lock(&mutex);
	if (times)
		ret = check(times);
	else
		results = (struct hcx_check){};
	mutex_unlock(&mutex);
	return ret ? ret : size;
}

static const struct file_operations check_operations = {
	.owner = THIS_MODULE,
	.open = check_open,
	.read = seq_read,
	.write = check_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void hcx_debug_start(void)
{
	dir = debugfs_create_dir("hostclock_export", NULL);
	debugfs_create_file("counters", 0400, dir, NULL, &counters_fops);
	debugfs_create_file("check", 0600, dir, NULL, &check_operations);
}

void hcx_debug_stop(void)
{
	debugfs_remove_recursive(dir);
}
