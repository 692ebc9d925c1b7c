// SPDX-License-Identifier: GPL-2.0-only
/*
 * Backend for kernels with timekeeping_reanchor(), whose vDSO reads the pages itself.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timekeeping_anchor.h>

#include <asm/hostclock.h>

#include "accept.h"
#include "counter.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "rejected.h"
#include "resync.h"
#include "steer.h"
#include "tk.h"
#include "tk_more.h"
#include "tk_watchdog.h"
#include "vdso_base.h"

/*
 * The core converts any delta, but to seconds by repeated subtraction: 2^50 ns, 13
 * days, take 1.1 million steps, about a millisecond.
 */
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(50)

/* The clock page that the vDSO reads, and its slot in the vvar area */
static const void *hostclock_vdso_page;
static unsigned int hostclock_vdso_slot;

/**
 * hostclock_tk_name - the backend, as sysfs names it
 */
const char *hostclock_tk_name(void)
{
	return "core";
}

/*
 * As long as a CPU runs a program, there are ticks, which update the vDSO; but the host
 * may keep the CPU that does it from running.
 */
static bool notrace hostclock_all_idle(void)
{
	int cpu;

	if (!is_idle_task(current))
		return false;
	for_each_online_cpu(cpu)
		if (cpu != raw_smp_processor_id() && !idle_cpu(cpu))
			return false;
	return true;
}

void notrace hostclock_tk_reading(void)
{
	hostclock_watchdogs_check();
}

/* Called at the end of each update of the timekeeper, after that of the vDSO data */
static int hostclock_vdso_update_end(struct notifier_block *nb, unsigned long was_set,
				     void *data)
{
	hostclock_vdso_updated();
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_vdso_notifier = {
	.notifier_call = hostclock_vdso_update_end,
};

/**
 * hostclock_tk_init - set the clocksources' members that this kernel adds
 * @mono: reads HOSTCLOCK_MONO
 * @raw: reads HOSTCLOCK_RAW
 */
void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	hostclock_set_idle(hostclock_all_idle);
	/* The core is told of a jump and need not convert it. */
	hostclock_accept_set_max_jump(U64_MAX);
	mono->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_MONO;
	raw->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_RAW;
	mono->flags |= CLOCK_SOURCE_DISCIPLINED;
	raw->flags |= CLOCK_SOURCE_DISCIPLINED;
	hostclock_tk_init_raw(mono, raw);
	hostclock_tk_init_sync(mono);
	hostclock_tk_init_steer(mono);
	hostclock_steer_set_asked(IS_ENABLED(CONFIG_CLOCKSOURCE_STEER));
	pvclock_gtod_register_notifier(&hostclock_vdso_notifier);
}

/* The vDSO may still have another clock page than the accepted one. */
static void hostclock_vdso_publish_accepted(void)
{
	/* pairs with the release in hostclock_tk_set_pages() */
	const void *page = smp_load_acquire(&hostclock_vdso_page);
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	hostclock_vdso_set_accepted(rb.cp == page ? &rb.accepted : NULL,
				    READ_ONCE(hostclock_vdso_slot));
}

/* Called within the timekeeper's write section */
static int hostclock_commit(struct clocksource *cs, struct timekeeping_anchor *a)
{
	const struct hostclock_info *info = hostclock_info();
	struct hostclock_change change = {
		.mono_headroom_ns = a->mono_headroom_ns,
		.boot_headroom_ns = a->boot_headroom_ns,
	};

	if (!hostclock_resync_due())
		return -EALREADY;
	if (hostclock_accept(&change)) {
		/* The vDSO must not use rejected pages, either. */
		hostclock_vdso_set_accepted(NULL, READ_ONCE(hostclock_vdso_slot));
		return -EIO;
	}
	hostclock_vdso_publish_accepted();
	a->mono_jump_ns = change.mono_jump_ns;
	a->boot_jump_ns = change.boot_jump_ns;
	if (a->mono_jump_ns || a->boot_jump_ns)
		hostclock_watchdogs_gap(a->mono_jump_ns);
	if (hostclock_mode_counter() == HOSTCLOCK_RAW) {
		/* The RAW counter did not jump. */
		a->keep_wall = true;
		return 0;
	}
	a->counter_jump_ns = change.counter_jump_ns;
	if (hostclock_realtime_detached()) {
		a->keep_wall = true;
		return 0;
	}
	hostclock_realtime_set_offset(info->wall_offset_ns);
	hostclock_realtime_set_tai(info->tai_valid ? info->tai_offset_sec : HOSTCLOCK_TAI_UNKNOWN);
	a->wall_offset_ns = info->wall_offset_ns;
	a->tai_offset_sec = info->tai_offset_sec;
	a->tai_valid = info->tai_valid;
	return 0;
}

/**
 * hostclock_tk_reanchor - accept the pages and re-anchor the timekeeper
 * @cs: the current clocksource
 *
 * Context: hard interrupt.
 */
void hostclock_tk_reanchor(struct clocksource *cs)
{
	int ret;

	hostclock_realtime_set_begin();
	ret = timekeeping_reanchor(cs, hostclock_commit);
	if (ret == -EINVAL)
		hostclock_realtime_forget_offset();
	hostclock_realtime_set_end();
	if (!ret)
		hostclock_realtime_accepted();
	else if (ret == -EINVAL)
		hostclock_reject(HOSTCLOCK_ERR_REALTIME);
}

void hostclock_tk_unregistered(void)
{
	/* none sleeps */
}

void hostclock_tk_set_realtime(void)
{
	/* done by hostclock_tk_reanchor() */
}

void hostclock_tk_reset_ntp(void)
{
	/* done by timekeeping_reanchor() */
}

void hostclock_tk_disarm_leap(void)
{
	hostclock_force_resync();
}

void hostclock_tk_sync_changed(void)
{
	/* adjtimex() asks */
}

/**
 * hostclock_tk_vdso - does the vDSO read the clock without system calls, or why not
 */
const char *hostclock_tk_vdso(void)
{
	return "on";
}

/**
 * hostclock_tk_register - register a clocksource
 * @cs: it
 *
 * The core compares no clocksource with a disciplined one, nor a disciplined one with any.
 */
int hostclock_tk_register(struct clocksource *cs)
{
	return clocksource_register_hz(cs, NSEC_PER_SEC);
}

/**
 * hostclock_tk_enable - prepare the vDSO for a clocksource
 * @which: counter
 *
 * Context: all CPUs stopped.
 */
int hostclock_tk_enable(enum hostclock_counter which)
{
	int ret = hostclock_vdso_enable(HOSTCLOCK_RAW, hostclock_vdso_base_get);

	if (!ret && which == HOSTCLOCK_MONO)
		ret = hostclock_vdso_enable(HOSTCLOCK_MONO, hostclock_vdso_base_get);
	hostclock_vdso_publish_accepted();
	return ret;
}

/**
 * hostclock_tk_set_pages - map the accepted pages for the vDSO, or none
 *
 * Context: may sleep.
 */
void hostclock_tk_set_pages(void)
{
	struct hostclock_read_base rb;
	phys_addr_t phys;
	int slot;

	hostclock_read_base_get(&rb);
	phys = hostclock_clock_phys(rb.cp);
	WRITE_ONCE(hostclock_vdso_page, NULL);
	if (!phys) {
		hostclock_vdso_forget_pages();
		hostclock_watchdogs_watch(false);
		return;
	}
	hostclock_watchdogs_watch(true);
	slot = hostclock_vdso_set_pages(phys, hostclock_guest_page()->phys);
	if (slot < 0)
		return;
	WRITE_ONCE(hostclock_vdso_slot, slot);
	/* Whoever sees the page sees its slot. */
	smp_store_release(&hostclock_vdso_page, rb.cp);
}
