// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting an unpatched kernel's timekeeper, exact to the ns and from interrupts.
 *
 * do_settimeofday64() reads the clocksource before it loads its argument, so the reading
 * itself may say what time it is: see settime_live.c and settime_shadow.c.  The rest is
 * set by the notifier for KVM, which is called within the write section and gets the
 * timekeeper.  What do_settimeofday64() does that may sleep is clock_was_set(): ftrace
 * diverts that to clock_was_set_delayed(), for our own call only.
 */
#include <linux/atomic.h>
#include <linux/audit.h>
#include <linux/ftrace.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/notifier.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/pvclock_gtod.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeper_internal.h>
#include <linux/timekeeping.h>

#include "caller.h"
#include "exact.h"
#include "hook.h"
#include "settime.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/* How often a setter looks whether the other is done: some 10 us */
#define HOSTCLOCK_EXACT_SPINS	500

enum hostclock_stage {
	HOSTCLOCK_IDLE,
	HOSTCLOCK_ARMED,	/* its reading is due */
	HOSTCLOCK_READ,		/* its update is due */
	HOSTCLOCK_UPDATED,	/* clock_was_set() is due */
	HOSTCLOCK_DIVERTED
};

/* One setter at a time; only that task, in that context, gets past IDLE */
static atomic_t hostclock_exact_busy;
static struct task_struct *hostclock_setter;
static bool hostclock_setter_irq;
static enum hostclock_stage hostclock_stage;
static struct hostclock_setting hostclock_setting;

static void (*hostclock_was_set_delayed)(void);
static void (*hostclock_update_vsyscall)(struct timekeeper *tk);
static struct timekeeper *hostclock_tk;

static bool notrace hostclock_is_setter(enum hostclock_stage stage)
{
	if (likely(READ_ONCE(hostclock_setter) != current))
		return false;
	return hostclock_stage == stage && !in_nmi() &&
	       (hostclock_setter_irq ? !!in_hardirq() : !in_interrupt());
}

/**
 * hostclock_exact_reading - is this the reading that sets the clock?
 * @caller: whose reading it is, see hostclock_caller_sets()
 * @reading: where to put what is to be read then
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_exact_reading(unsigned long caller, u64 *reading)
{
	if (likely(!hostclock_is_setter(HOSTCLOCK_ARMED)) || !irqs_disabled() ||
	    !hostclock_caller_sets(caller))
		return false;
	hostclock_stage = HOSTCLOCK_READ;
	hostclock_settime_read(&hostclock_setting, hostclock_tk);
	*reading = hostclock_setting.reading;
	return true;
}

/* Called within the timekeeper's write section */
static int hostclock_gtod(struct notifier_block *nb, unsigned long was_set, void *priv)
{
	struct hostclock_setting *s = &hostclock_setting;
	struct timekeeper *tk = priv;

	hostclock_tk = tk;
	if (!hostclock_is_setter(HOSTCLOCK_READ))
		return NOTIFY_OK;
	hostclock_stage = HOSTCLOCK_UPDATED;
	hostclock_settime_update(s, tk);
	tk->tkr_mono.cycle_last = s->cycle_last;
	tk->tkr_raw.cycle_last = s->cycle_last;
	tk->offs_boot = ktime_add_ns(tk->offs_boot, s->boot_jump_ns);
	tk->monotonic_to_boot = ktime_to_timespec64(tk->offs_boot);
	if (!s->keep_real)
		hostclock_settime_apply_ntp(tk);
	if (s->tai_valid) {
		tk->tai_offset = s->tai_offset_sec;
		tk->offs_tai = ktime_add(tk->offs_real, ktime_set(s->tai_offset_sec, 0));
	}
	/* It was called before this notifier. */
	hostclock_update_vsyscall(tk);
	return NOTIFY_OK;
}

/* Before others that want to know the time, KVM's among them */
static struct notifier_block hostclock_gtod_nb = {
	.notifier_call	= hostclock_gtod,
	.priority	= 1,
};

/* In place of clock_was_set() */
static void hostclock_was_set(unsigned int bases)
{
	hostclock_was_set_delayed();
}

static void notrace hostclock_divert(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!hostclock_is_setter(HOSTCLOCK_UPDATED))
		return;
	hostclock_stage = HOSTCLOCK_DIVERTED;
	hostclock_hook_divert(fregs, hostclock_was_set);
}

/* clock_was_set() */
static void *hostclock_diverted;

/* PERMANENT: sysctl kernel.ftrace_enabled must not disarm it. */
static struct ftrace_ops hostclock_divert_ops = {
	.func	= hostclock_divert,
	.flags	= FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

/* Auditing may sleep. */
static struct audit_context *hostclock_audit_swap(struct audit_context *context)
{
#ifdef CONFIG_AUDITSYSCALL
	return xchg(&current->audit_context, context);
#else
	return NULL;
#endif
}

static bool hostclock_exact_trylock(void)
{
	int spins = HOSTCLOCK_EXACT_SPINS;

	while (atomic_cmpxchg_acquire(&hostclock_exact_busy, 0, 1)) {
		if (!--spins)
			return false;
		cpu_relax();
	}
	return true;
}

/**
 * hostclock_exact_set - set the timekeeper: commit() says to what
 * @was_set: called if it was set, before another CPU can do it again
 *
 * Context: hard interrupt, or may sleep.
 * Return: 0; -EBUSY if another is at it; -EINVAL if the kernel would refuse that
 * CLOCK_REALTIME, which was left as it is; -EIO if it did not work as it should.
 */
int hostclock_exact_set(void (*was_set)(void))
{
	enum hostclock_stage stage;
	struct audit_context *context;
	bool refused, failed;
	int ret;

	if (!hostclock_exact_trylock())
		return -EBUSY;
	hostclock_setter_irq = in_hardirq();
	memset(&hostclock_setting, 0, sizeof(hostclock_setting));
	ktime_get_real_ts64(&hostclock_setting.real);
	context = hostclock_audit_swap(NULL);
	hostclock_stage = HOSTCLOCK_ARMED;
	WRITE_ONCE(hostclock_setter, current);
	barrier();
	ret = do_settimeofday64(&hostclock_setting.real);
	barrier();
	WRITE_ONCE(hostclock_setter, NULL);
	stage = hostclock_stage;
	hostclock_stage = HOSTCLOCK_IDLE;
	hostclock_audit_swap(context);
	refused = hostclock_setting.refused;
	failed = ret || stage != HOSTCLOCK_DIVERTED;
	if (!failed && !refused)
		was_set();
	atomic_set_release(&hostclock_exact_busy, 0);
	if (failed)
		return -EIO;
	return refused ? -EINVAL : 0;
}

static const char *hostclock_exact_symbols(void)
{
	if (!hostclock_symbols_find())
		return "kallsyms_lookup_name cannot be found";
	/* More can be told from whose reading it is now. */
	hostclock_caller_start();
	hostclock_settime_start();
	hostclock_was_set_delayed = hostclock_symbol_function("clock_was_set_delayed");
	hostclock_update_vsyscall = hostclock_symbol_function("update_vsyscall");
	if (!hostclock_was_set_delayed || !hostclock_update_vsyscall)
		return "clock_was_set_delayed or update_vsyscall cannot be called";
	return NULL;
}

/**
 * hostclock_exact_start - prepare for hostclock_exact_set()
 * @commit: called within the timekeeper's write section: says what to set
 *
 * Context: may sleep.
 * Return: NULL, or why this kernel does not allow it.
 */
const char *hostclock_exact_start(void (*commit)(struct hostclock_setting *s))
{
	const char *why = hostclock_exact_symbols();

	if (why)
		return why;
	hostclock_diverted = hostclock_symbol("clock_was_set");
	if (!hostclock_diverted || hostclock_hook_start(&hostclock_divert_ops, hostclock_diverted))
		return "ftrace does not divert clock_was_set";
	hostclock_setting_start(commit);
	pvclock_gtod_register_notifier(&hostclock_gtod_nb);
	if (hostclock_tk)
		return NULL;
	hostclock_exact_stop();
	return "the timekeeper cannot be found";
}

/**
 * hostclock_exact_stop - undo that; nobody is in hostclock_exact_set() any more
 *
 * Context: may sleep.
 */
void hostclock_exact_stop(void)
{
	pvclock_gtod_unregister_notifier(&hostclock_gtod_nb);
	hostclock_hook_stop(&hostclock_divert_ops, hostclock_diverted);
}

#else /* !HOSTCLOCK_EXACT */

const char *hostclock_exact_start(void (*commit)(struct hostclock_setting *s))
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "with PREEMPT_RT no interrupt can set the clock";
	if (!IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_REGS))
		return "this kernel has no ftrace";
	return "not known to work on this kernel";
}

void hostclock_exact_stop(void)
{
}

bool notrace hostclock_exact_reading(unsigned long caller, u64 *reading)
{
	return false;
}

int hostclock_exact_set(void (*was_set)(void))
{
	return -EIO;
}

#endif /* !HOSTCLOCK_EXACT */
