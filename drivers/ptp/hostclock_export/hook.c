// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel calls us: before it tells its vDSO of a timekeeping update, and after
 * it.  The former takes a kprobe, as KVM's notifier is the latter.
 */
#include <linux/kprobes.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>

#include "hook.h"
#include "publish.h"

static int before(struct kprobe *probe, struct pt_regs *regs)
{
	hcx_publish_begin();
	return 0;
}

static int after(struct notifier_block *block, unsigned long was_set, void *tk)
{
	hcx_publish_update(tk);
	return NOTIFY_OK;
}

static struct kprobe probe;

/* First of all: KVM's may take long. */
static struct notifier_block notifier = {
	.notifier_call = after,
	.priority = INT_MAX,
};

/**
 * hcx_hook_start - have updates published
 *
 * Calls hcx_publish_update() at once.
 *
 * Context: may sleep.
 * Return: 0, or an error: no update is published.
 */
int hcx_hook_start(void)
{
	int ret;

	pvclock_gtod_register_notifier(&notifier);
	/* A probe that was unregistered must not be used again as it is. */
	probe = (struct kprobe){
		.symbol_name = "update_vsyscall",
		.pre_handler = before,
	};
	ret = register_kprobe(&probe);
	if (ret)
		pvclock_gtod_unregister_notifier(&notifier);
	else
		hcx_publish_armed();
	return ret;
}

/* Nothing is published any more, hcx_publish_end() came before. */
void hcx_hook_stop(void)
{
	unregister_kprobe(&probe);
	pvclock_gtod_unregister_notifier(&notifier);
}
