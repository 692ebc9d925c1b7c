// SPDX-License-Identifier: GPL-2.0-only
/*
 * Letting an unpatched vDSO read the line page in place of Hyper-V's TSC page.
 *
 * From 6.2 on, the page that processes get is named by tsc_pfn.  Before, vvar_fault()
 * asks hv_get_tsc_page(), which ftrace diverts for that caller alone: KVM asks it, too.
 * A guest of Hyper-V, whose own clocksource needs that page, keeps it.
 *
 * Where it is in a process the vDSO's image says; in 7.3, whatever is mapped as
 * "[vvar_vclock]" is such a page.
 */
#include <linux/ftrace.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include <clocksource/hyperv_timer.h>
#include <asm/vdso.h>

#include "hook.h"
#include "symbols.h"
#include "vdso_page.h"

#ifdef HOSTCLOCK_EXACT

/*
 * What processes get when we are gone: all zero where the vDSO looks, which sends it to
 * the kernel.  Never freed; the next load knows it by its end.
 */
#define HOSTCLOCK_LEFT_AT	(PAGE_SIZE - sizeof(u64))
#define HOSTCLOCK_LEFT		0x7466656c6b6c6368ULL

static struct clocksource *hostclock_vdso_cs;

#ifdef HOSTCLOCK_TSC_PFN

static unsigned long *hostclock_tsc_pfn;
static struct page *hostclock_left;

static void *hostclock_left_of(unsigned long pfn)
{
	void *left = pfn && pfn_valid(pfn) ? pfn_to_kaddr(pfn) : NULL;

	return left && *(u64 *)(left + HOSTCLOCK_LEFT_AT) == HOSTCLOCK_LEFT ? left : NULL;
}

static const char *hostclock_page_point(phys_addr_t phys)
{
	hostclock_tsc_pfn = hostclock_symbol("tsc_pfn");
	if (!hostclock_tsc_pfn)
		return "there is no tsc_pfn";
	if (*hostclock_tsc_pfn) {
		if (!hostclock_left_of(*hostclock_tsc_pfn))
			return "the vDSO reads a page of Hyper-V";
		hostclock_left = pfn_to_page(*hostclock_tsc_pfn);
	} else if (!hostclock_left) {
		hostclock_left = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!hostclock_left)
			return "no memory";
		*(u64 *)(page_address(hostclock_left) + HOSTCLOCK_LEFT_AT) = HOSTCLOCK_LEFT;
	}
	WRITE_ONCE(*hostclock_tsc_pfn, PHYS_PFN(phys));
	return NULL;
}

static void hostclock_page_unpoint(void)
{
	WRITE_ONCE(*hostclock_tsc_pfn, page_to_pfn(hostclock_left));
}

#else

/* Only its physical address is asked for. */
static void *hostclock_page_va;
static void *hostclock_diverted;
static unsigned long hostclock_fault_start, hostclock_fault_size;

static void *hostclock_get_page(void)
{
	return READ_ONCE(hostclock_page_va);
}

static void notrace hostclock_divert_page(unsigned long ip, unsigned long parent_ip,
					  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (parent_ip - hostclock_fault_start < hostclock_fault_size)
		ftrace_instruction_pointer_set(fregs, (unsigned long)hostclock_get_page);
}

static struct ftrace_ops hostclock_page_ops = {
	.func	= hostclock_divert_page,
	.flags	= FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

/* Has Hyper-V filled in its page?  It is there, and all zero, everywhere else. */
static bool hostclock_page_is_hyperv(void)
{
	struct ms_hyperv_tsc_page *(*get)(void), *page;

	get = hostclock_symbol_function("hv_get_tsc_page");
	page = get ? get() : NULL;
	return page && (READ_ONCE(page->tsc_sequence) || READ_ONCE(page->tsc_scale));
}

static const char *hostclock_page_point(phys_addr_t phys)
{
	void *fault = hostclock_symbol("vvar_fault");

	hostclock_diverted = hostclock_symbol("hv_get_tsc_page");
	hostclock_fault_start = (unsigned long)fault;
	hostclock_fault_size = fault ? hostclock_symbol_size(fault) : 0;
	if (!hostclock_fault_size || !hostclock_diverted)
		return "there is no vvar_fault or hv_get_tsc_page";
	if (hostclock_page_is_hyperv())
		return "the vDSO reads a page of Hyper-V";
	hostclock_page_va = __va(phys);
	if (hostclock_hook_start(&hostclock_page_ops, hostclock_diverted))
		return "ftrace does not divert hv_get_tsc_page";
	return NULL;
}

static void hostclock_page_unpoint(void)
{
	hostclock_hook_stop(&hostclock_page_ops, hostclock_diverted);
}

#endif

#ifdef HOSTCLOCK_VVAR_VCLOCK

/* Of the kernel's struct vm_special_mapping only where it is matters. */
static const void *hostclock_mapping;

static const char *hostclock_zap_start(void)
{
	hostclock_mapping = hostclock_symbol("vvar_vclock_mapping");
	return hostclock_mapping ? NULL : "there is no vvar_vclock_mapping";
}

/* Take the page out of one process, which faults in the present one. */
static void hostclock_zap_mm(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_vma(vmi, vma) {
		if (vma->vm_private_data == hostclock_mapping)
			zap_special_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	}
	mmap_read_unlock(mm);
}

#else

static const char *hostclock_zap_start(void)
{
	return NULL;
}

/* Take the page out of one process, which faults in the present one. */
static void hostclock_zap_mm(struct mm_struct *mm)
{
	const struct vdso_image *image = mm->context.vdso_image;
	struct vm_area_struct *vma;
	unsigned long addr;

	if (!image || !mm->context.vdso)
		return;
	addr = (unsigned long)mm->context.vdso + image->sym_hvclock_page;
	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start <= addr && vma->vm_flags & VM_PFNMAP)
		zap_vma_ptes(vma, addr, PAGE_SIZE);
	mmap_read_unlock(mm);
}

#endif

/* A thread of each process that has memory; return their number */
static unsigned int hostclock_get_tasks(struct task_struct **tasks, unsigned int max)
{
	struct task_struct *process, *thread;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(process) {
		if (process->flags & PF_KTHREAD)
			continue;
		for_each_thread(process, thread) {
			if (!READ_ONCE(thread->mm))
				continue;
			if (n < max) {
				get_task_struct(thread);
				tasks[n] = thread;
			}
			n++;
			break;
		}
	}
	rcu_read_unlock();
	return n;
}

static void hostclock_zap_once(void)
{
	struct task_struct **tasks;
	unsigned int max, n, i;
	struct mm_struct *mm;

	max = hostclock_get_tasks(NULL, 0) + 64;
	for (;;) {
		tasks = kvmalloc_array(max, sizeof(*tasks), GFP_KERNEL | __GFP_NOFAIL);
		n = hostclock_get_tasks(tasks, max);
		for (i = 0; i < min(n, max); i++) {
			mm = get_task_mm(tasks[i]);
			if (mm) {
				hostclock_zap_mm(mm);
				mmput(mm);
			}
			put_task_struct(tasks[i]);
		}
		kvfree(tasks);
		if (n <= max)
			return;
		max = n + 64;
	}
}

/* Take the page out of all processes, of those forked meanwhile as well. */
static void hostclock_zap_all(void)
{
	hostclock_zap_once();
	hostclock_zap_once();
}

/**
 * hostclock_vdso_page_start - let processes map the line page
 * @phys: where it is
 * @cs: the clocksource, with mode NONE until hostclock_vdso_page_enable()
 *
 * Context: may sleep.
 * Return: NULL, or why this kernel does not allow it.
 */
const char *hostclock_vdso_page_start(phys_addr_t phys, struct clocksource *cs)
{
	unsigned int *used = hostclock_symbol("vclocks_used");
	const char *why;

	if (!used)
		return "there is no vclocks_used";
	why = hostclock_zap_start() ?: hostclock_page_point(phys);
	if (why)
		return why;
	WRITE_ONCE(*used, READ_ONCE(*used) | BIT(VDSO_CLOCKMODE_HVCLOCK));
	hostclock_vdso_cs = cs;
	/* Some may have what an earlier load left. */
	hostclock_zap_all();
	return NULL;
}

/**
 * hostclock_vdso_page_enable - let the vDSO read it, or not, from the next update on
 * @on: which
 *
 * Context: any.
 */
void hostclock_vdso_page_enable(bool on)
{
	WRITE_ONCE(hostclock_vdso_cs->vdso_clock_mode,
		   on ? VDSO_CLOCKMODE_HVCLOCK : VDSO_CLOCKMODE_NONE);
}

/**
 * hostclock_vdso_page_stop - let nobody map it, and take it from those who have
 *
 * Context: may sleep; the clocksource is not in use any more.
 */
void hostclock_vdso_page_stop(void)
{
	hostclock_vdso_page_enable(false);
	hostclock_page_unpoint();
	hostclock_zap_all();
}

#else /* !HOSTCLOCK_EXACT */

const char *hostclock_vdso_page_start(phys_addr_t phys, struct clocksource *cs)
{
	return "not known to work on this kernel";
}

void hostclock_vdso_page_enable(bool on)
{
}

void hostclock_vdso_page_stop(void)
{
}

#endif /* !HOSTCLOCK_EXACT */
