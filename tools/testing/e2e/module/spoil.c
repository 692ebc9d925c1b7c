// SPDX-License-Identifier: GPL-2.0
/*
 * Takes from hostclock.ko, which is to be loaded after it, something that it needs of an
 * unpatched kernel:
 *
 *	symbol=NAME	the kernel's list of symbols does not have it
 *	hook=FUNCTION	another module diverts it already
 *	dead=FUNCTION	it does nothing, and returns 0, the first time that it is called
 *	hyperv=Y	Hyper-V's page for the vDSO is in use
 */
#include <linux/ftrace.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include <clocksource/hyperv_timer.h>

static char *symbol, *hook, *dead;
static bool hyperv;
module_param(symbol, charp, 0444);
module_param(hook, charp, 0444);
module_param(dead, charp, 0444);
module_param(hyperv, bool, 0444);

static atomic_t deaths = ATOMIC_INIT(1);
/* Not by the kernel's names, which would be found here. */
static unsigned long *spoilt_pfn;
static struct page *page;
static struct ms_hyperv_tsc_page *spoilt_page;

static unsigned long nothing(void)
{
	return 0;
}

/* Called at the function that is spoilt. */
static void notrace spoil(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct ftrace_regs *fregs)
{
	struct pt_regs *regs = arch_ftrace_get_regs(fregs);

	if ((symbol && !strcmp((const char *)regs->di, symbol)) ||
	    (dead && atomic_add_unless(&deaths, -1, 0)))
		regs->ip = (unsigned long)nothing;
}

static struct ftrace_ops ops = {
	.func	= spoil,
	.flags	= FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,
};

static int spoil_function(char *name)
{
	int ret = ftrace_set_filter(&ops, name, strlen(name), 1);

	return ret ?: register_ftrace_function(&ops);
}

/* The probe may be behind the function's ENDBR, of 4 bytes. */
static unsigned long (*find_lookup(void))(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long at;

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	at = (unsigned long)probe.addr;
	return (void *)((at & 15) == 4 ? at - 4 : at);
}

/* From 6.2 on the page is known by its number; before, it is there, and filled in. */
static int spoil_page(void)
{
	unsigned long (*lookup)(const char *name) = find_lookup();
	struct ms_hyperv_tsc_page *(*get)(void);

	if (!lookup)
		return -ENOENT;
	spoilt_pfn = (void *)lookup("tsc_pfn");
	if (spoilt_pfn) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page)
			return -ENOMEM;
		*spoilt_pfn = page_to_pfn(page);
		return 0;
	}
	get = (void *)lookup("hv_get_tsc_page");
	spoilt_page = get ? get() : NULL;
	if (!spoilt_page)
		return -ENOENT;
	spoilt_page->tsc_scale = 1;
	return 0;
}

static int __init spoil_init(void)
{
	if (hyperv)
		return spoil_page();
	return spoil_function(symbol ? "kallsyms_lookup_name" : hook ?: dead);
}

static void __exit spoil_exit(void)
{
	if (!hyperv)
		unregister_ftrace_function(&ops);
	if (spoilt_page)
		spoilt_page->tsc_scale = 0;
	if (spoilt_pfn)
		*spoilt_pfn = 0;
	if (page)
		__free_page(page);
}

module_init(spoil_init);
module_exit(spoil_exit);
MODULE_DESCRIPTION("takes from hostclock.ko what it needs");
MODULE_LICENSE("GPL");
