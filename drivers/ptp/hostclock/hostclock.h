/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the hostclock driver share.
 *
 * There is one hostclock in a guest, so there is one struct hostclock.  Its
 * fields belong to the file that is named above them; the others go through
 * that file's functions.
 *
 * Locks, outermost first:
 *	clocksource_mutex, timekeeper_lock (the core's)
 *	hostclock.mutex		regions, bring-up and take-down
 *	hostclock.view_busy	writers of the view; interrupts off, any context
 * The clocksource's read() takes none of them: it reads latches, and may try
 * for view_busy.
 */
#ifndef _PTP_HOSTCLOCK_H
#define _PTP_HOSTCLOCK_H

#include <linux/clocksource.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <hostclock/clocks.h>
#include <hostclock/vdso.h>
#include <hostclock/validate.h>

enum hostclock_mode {
	HOSTCLOCK_MODE_FOLLOW,	/* the wall clock is the host's */
	HOSTCLOCK_MODE_RAW,	/* only the counter is; the guest runs NTP */
	HOSTCLOCK_MODE_PTP,	/* no clocksource */
};

/*
 * Why the pages are not followed: 0, an enum hostclock_page_error, or one of
 * these.
 */
enum hostclock_fault {
	HOSTCLOCK_FAULT_NO_GUEST_PAGE = HOSTCLOCK_PAGE_ERRORS,
	HOSTCLOCK_FAULT_NO_CLOCK_PAGE,
	HOSTCLOCK_FAULT_COUNTER,	/* this machine's counter is no good */
	HOSTCLOCK_FAULT_SLEW,		/* mult too far from raw_mult */
	HOSTCLOCK_FAULT_EARLY,		/* the counter is before all sets */
	HOSTCLOCK_FAULT_RANGE,		/* counters outside 0 to 255 years */
	HOSTCLOCK_FAULT_WALL,		/* the kernel refuses that wall time */
	HOSTCLOCK_FAULTS
};

/* A piece of memory that a PCI device offers. */
struct hostclock_region {
	struct list_head node;
	struct device *dev;
	void *mem;
	phys_addr_t phys;
	size_t size;		/* bytes mapped, a multiple of the page size */
};

/* One page found, by magic. */
struct hostclock_page {
	const void *mem;
	phys_addr_t phys;
	const struct hostclock_region *region;
};

/*
 * All that a reading takes, in memory that no host can change: the set in use,
 * and what the guest adds to it.
 */
struct hostclock_view {
	struct hostclock_accepted anchor;
	const struct hostclock_clock_page *cp;
	const struct hostclock_guest_page *gp;
	struct hostclock_params set;
	u64 resume_tsc;		/* end of the last gap that was followed */
	u64 ran_on_tsc;		/* the guest page's, of that generation */
	u64 generation;
	/* the page's seq >> 1 under which set was the newest, or NO_COUNT */
	u32 count;
};

#define HOSTCLOCK_NO_COUNT	(~0U)

/* How often the highest reading is noted: 2^30 ns, about a second. */
#define HOSTCLOCK_NOTE_NS	BIT_ULL(30)

/* A consistent, validated copy of the pages, and the counter at that time. */
struct hostclock_capture {
	struct hostclock_guest_page guest;
	struct hostclock_clock_page clock;	/* header only */
	struct hostclock_params set;
	const struct hostclock_clock_page *cp;
	u32 count;
	u64 tsc;
};

/* Bit numbers in hostclock.changes and hostclock_change.what. */
enum {
	HOSTCLOCK_CHANGED_CLOCK,	/* clock epoch: the host's clock was set */
	HOSTCLOCK_CHANGED_GUEST,	/* guest epoch: a disruption */
	HOSTCLOCK_CHANGED_JUMP,		/* the page was not continuous */
	HOSTCLOCK_CHANGED_PAGE,		/* another clock page is followed now */
	HOSTCLOCK_CHANGED_FAULT,	/* the pages are refused */
	HOSTCLOCK_CHANGED_RECOVERED,	/* no more */
	HOSTCLOCK_CHANGED_STATUS,	/* the page's status */
	HOSTCLOCK_CHANGED_DETACHED,	/* the guest set its wall clock */
	HOSTCLOCK_CHANGED_ATTACHED,	/* and took that back */
	HOSTCLOCK_CHANGED_WALL,		/* the wall clock remains to be set */
};

/* What accepting a capture changed. */
struct hostclock_change {
	unsigned long what;
	bool adjusted;		/* a guest epoch that is no disruption */
	bool stolen;		/* MONOTONIC counts the gap */
	u64 counter_jump_ns;
	u64 mono_jump_ns;
	u64 boot_jump_ns;
};

/* For sysfs, uevents and pollers; written under view_busy. */
struct hostclock_state {
	int fault;		/* any time */
	int last_fault;		/* for the log: it may be over by then */
	u8 cause;
	u8 format;
	u8 smear;
	bool tai_valid;
	s32 tai_offset_sec;
	u64 generation;
	u64 gaps_ns;		/* of that generation */
	u64 gaps_error_ns;	/* bound, as the guest page tells it */
	u64 gap_ns;		/* the last one */
	u64 gap_error_ns;
	bool stolen;		/* MONOTONIC counts the last one */
	s64 wall_offset_ns;	/* REALTIME - the guest's counter */
	u64 resyncs;
	u64 disruptions;
	u64 status_since_ns;	/* the guest's counter when the status changed */
};

/* For how long two sets may have been apart, ns. */
struct hostclock_span {
	u64 age_ns;		/* since the base of the one in the view */
	u64 unseen_ns;		/* since the kernel saw it in force last */
};

struct hostclock {
	/* main.c */
	struct mutex mutex;
	bool interfaces;		/* device and PTP clock are there */
	bool running;			/* the view means something */
	struct delayed_work retry;
	unsigned int retries;
	u64 wakeups;			/* timers that the driver started */

	/* doorbell.c */
	struct device *doorbell;	/* which device can ring, or NULL */
	u64 rings;

	/* page.c */
	struct list_head regions;
	struct hostclock_page guest;
	struct hostclock_page clocks[HOSTCLOCK_MAX_PAGES];
	unsigned int nr_clocks;

	/* counter.c */
	seqcount_latch_t latch;
	struct hostclock_view view[2];
	atomic_t view_busy;
	u64 last_ns[2];			/* by enum hostclock_counter */
	u64 seen_tsc;			/* last told a line for; 0: never */
	bool expired;			/* the page; under view_busy */

	/* accept.c */
	struct hostclock_clock_page header;	/* without sets; under view_busy */
	struct hostclock_capture scratch;	/* under view_busy */
	struct hostclock_state state;
	bool refused;			/* the pages, as refused_key found them */
	u64 refused_key;
	u64 refused_until;		/* guest TSC; 0: until they change */
	u64 accepted_key;		/* how the pages were found last; under view_busy */

	/* follow.c */
	bool enabled[2];		/* by enum hostclock_counter */

	/* resync.c */
	struct work_struct report;
	bool force;			/* even if nothing is new */
	atomic64_t budget;		/* of resyncs, and in which period */
	atomic_long_t changes;		/* HOSTCLOCK_CHANGED_*, to be reported */
	const void *vdso_page;		/* tk_core.c: clock page it has */
	struct task_struct *borrower;	/* compat/tk_stock.c */
	u64 lent_ns;
	bool lent_taken;

	/* wall.c */
	bool detached;
	s64 wall_ns;			/* REALTIME - the guest's counter, set */

	/* ptp.c */
	struct ptp_clock *ptp;

	/* chardev.c */
	struct miscdevice misc;
	bool misc_registered;
	wait_queue_head_t wait;
	struct list_head files;
	unsigned long events;
};

extern struct hostclock hostclock;

/* params.c */
enum hostclock_mode hostclock_mode(void);
const char *hostclock_mode_name(void);
int hostclock_params_init(void);
enum hostclock_counter hostclock_mode_counter(void);
unsigned int hostclock_max_slew_ppm(void);
u8 hostclock_policy(void);
const char *hostclock_policy_name(void);
int hostclock_policy_set(const char *name);

/* main.c */
void hostclock_bring_up(void);
void hostclock_take_down(void);

/* pci.c */
int hostclock_pci_register(void);
void hostclock_pci_unregister(void);

/* doorbell.c */
void hostclock_doorbell_start(struct device *dev);
void hostclock_doorbell_stop(void);

/* page.c */
bool hostclock_region_interesting(const struct hostclock_region *region);
void hostclock_region_add(struct hostclock_region *region);
void hostclock_region_del(struct hostclock_region *region);
phys_addr_t hostclock_clock_phys(const void *mem);
int hostclock_capture(struct hostclock_capture *c);
int hostclock_take_set(const struct hostclock_clock_page *cp, u64 tsc_offset,
		       struct hostclock_params *set, u32 *count, u64 *tsc);
int hostclock_check_set(const struct hostclock_clock_page *header,
			const struct hostclock_params *set);
const char *hostclock_fault_string(int fault);

/* accepted.c */
u64 hostclock_set_counter(const struct hostclock_params *set, u64 tsc_offset,
			  enum hostclock_counter kind, u64 tsc);
u64 hostclock_offset(const struct hostclock_accepted *a, enum hostclock_counter kind);
u64 hostclock_held_until(const struct hostclock_view *v,
			 const struct hostclock_guest_page *gp,
			 enum hostclock_counter kind, u64 tsc);
u64 hostclock_held(const struct hostclock_view *v, enum hostclock_counter kind,
		   u64 tsc);
bool hostclock_continuous(u64 held_ns, u64 ns,
			  const struct hostclock_span *span);
void hostclock_span_get(const struct hostclock_view *v, u64 tsc,
			struct hostclock_span *span);
bool hostclock_continues(const struct hostclock_view *v,
			 const struct hostclock_params *set, u64 tsc);

/* counter.c */
u64 hostclock_counter(enum hostclock_counter kind);
void hostclock_vdso_base_get(enum hostclock_counter kind, struct hostclock_vdso_base *line);
bool hostclock_other_status(const struct hostclock_params *set, u64 tsc_offset,
			    u64 tsc);
void hostclock_note_status(const struct hostclock_view *v, u64 tsc);
void hostclock_view_lock(void);
void hostclock_view_unlock(void);
void hostclock_view_put(const struct hostclock_view *v);
bool hostclock_stale(void);
void hostclock_view_get(struct hostclock_view *view);
void hostclock_anchor_get(struct hostclock_accepted *anchor);
bool hostclock_view_changed(unsigned int since);
u64 hostclock_pages_key(void);
bool hostclock_known_refused(void);
bool hostclock_resync_due(void);
void hostclock_request_resync(void);

/* accept.c */
int hostclock_accept(struct hostclock_change *change);
void hostclock_refuse(int fault);
void hostclock_wall_taken(void);
void hostclock_view_forget(void);
void hostclock_look(void);

/* status.c */
bool hostclock_now(struct hostclock_view *v, struct hostclock_sync_quality *trust);
const char *hostclock_status_name(void);

/* follow.c */
void hostclock_resync_irq(struct irq_work *work);
extern struct clocksource hostclock_cs[2];
int hostclock_clocksource_register(void);
void hostclock_clocksource_unregister(void);
bool hostclock_clocksource_current(enum hostclock_counter kind);

/* resync.c */
void hostclock_resync_init(void);
void hostclock_resync_stop(void);
void hostclock_resync_raise(void);
bool hostclock_budget(void);
bool hostclock_resync_running(void);
void hostclock_resync_set_running(bool on);
void hostclock_force_resync(void);

/* tk_core.c or compat/tk_stock.c */
void hostclock_core_init(void);
u64 hostclock_core_max_ahead_ns(void);
u64 hostclock_core_max_jump_ns(void);
void hostclock_core_reanchor(enum hostclock_counter kind);
void hostclock_core_set_wall(void);
bool hostclock_core_lent(enum hostclock_counter kind, u64 *ns);
int hostclock_core_enable(enum hostclock_counter kind);
void hostclock_core_set_pages(void);
const char *hostclock_core_name(void);

/* wall.c */
void hostclock_wall_anchored(s64 offset_ns);
void hostclock_wall_forget(void);
bool hostclock_wall_detached(void);
void hostclock_wall_check(void);
void hostclock_wall_attach(void);

/* ptp.c */
int hostclock_ptp_register(struct device *parent);
void hostclock_ptp_unregister(void);

/* chardev.c */
int hostclock_chardev_register(struct device *parent);
void hostclock_chardev_unregister(void);
void hostclock_chardev_wake(void);
void hostclock_chardev_pages_changed(void);

/* sysfs.c */
extern const struct attribute_group *hostclock_groups[];

/* notify.c */
void hostclock_report(struct work_struct *work);
void hostclock_resync_report(bool on);

/* arch_*.c */
extern const u8 hostclock_arch_counter_id;
bool hostclock_arch_counter_usable(void);

#endif /* _PTP_HOSTCLOCK_H */
