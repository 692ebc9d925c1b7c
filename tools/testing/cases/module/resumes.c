// SPDX-License-Identifier: GPL-2.0
/*
 * Reads CLOCK_REALTIME in a callback of each phase of a resume, from a disk too.
 *
 * debugfs, resumes: "PHASE TSC NS TSC" for each phase of the last resume, with the TSC
 * before and after that reading.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>
#include <linux/timekeeping.h>
#include <asm/msr.h>

enum phase { CORE, NOIRQ, EARLY, DEVICE, AFTER, PHASES };

static const char * const phase_names[PHASES] = {
	[CORE]	 = "core",
	[NOIRQ]	 = "noirq",
	[EARLY]	 = "early",
	[DEVICE] = "device",
	[AFTER]	 = "after",
};

static struct reading {
	u64 before;
	u64 ns;
	u64 after;
} readings[PHASES];

static struct platform_device *device;
static struct dentry *file;

static int take(enum phase phase)
{
	struct reading *r = &readings[phase];

	r->before = rdtsc_ordered();
	r->ns = ktime_get_real_ns();
	r->after = rdtsc_ordered();
	return 0;
}

static void resumes_core(void *data)
{
	take(CORE);
}

static int resumes_noirq(struct device *dev)
{
	return take(NOIRQ);
}

static int resumes_early(struct device *dev)
{
	return take(EARLY);
}

static int resumes_device(struct device *dev)
{
	return take(DEVICE);
}

static int resumes_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == PM_POST_SUSPEND || event == PM_POST_HIBERNATION)
		take(AFTER);
	return NOTIFY_DONE;
}

static int resumes_show(struct seq_file *s, void *unused)
{
	for (int i = 0; i < PHASES; i++)
		seq_printf(s, "%s %llu %llu %llu\n", phase_names[i], readings[i].before,
			   readings[i].ns, readings[i].after);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(resumes);

static const struct dev_pm_ops resumes_pm = {
	.resume_noirq = resumes_noirq,
	.resume_early = resumes_early,
	.resume = resumes_device,
	.restore_noirq = resumes_noirq,
	.restore_early = resumes_early,
	.restore = resumes_device,
};

static struct platform_driver driver = {
	.driver = {
		.name = "resumes",
		.pm = &resumes_pm,
	},
};

static const struct syscore_ops core_ops = { .resume = resumes_core };
static struct syscore core = { .ops = &core_ops };
static struct notifier_block notifier = { .notifier_call = resumes_notify };

static int __init resumes_init(void)
{
	int ret = platform_driver_register(&driver);

	if (ret)
		return ret;
	device = platform_device_register_simple("resumes", -1, NULL, 0);
	if (IS_ERR(device)) {
		platform_driver_unregister(&driver);
		return PTR_ERR(device);
	}
	register_pm_notifier(&notifier);
	register_syscore(&core);
	file = debugfs_create_file("resumes", 0400, NULL, NULL, &resumes_fops);
	return 0;
}

static void __exit resumes_exit(void)
{
	debugfs_remove(file);
	unregister_syscore(&core);
	unregister_pm_notifier(&notifier);
	platform_device_unregister(device);
	platform_driver_unregister(&driver);
}

module_init(resumes_init);
module_exit(resumes_exit);
MODULE_DESCRIPTION("reads CLOCK_REALTIME in each phase of a resume");
MODULE_LICENSE("GPL");
