// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who sets or steers CLOCK_REALTIME while it follows the host's, and may it?  A kernel
 * that asks beforehand tells by which process, and lets that be refused.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timex.h>

#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "resync.h"
#include "steer.h"

/* What adjtimex() changes without any clock's noticing */
#define HOSTCLOCK_STEER_HARMLESS \
	(ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TIMECONST | ADJ_NANO | ADJ_MICRO)

enum hostclock_steer {
	HOSTCLOCK_STEER_DETACH,	/* it is obeyed, and the clock follows no more */
	HOSTCLOCK_STEER_REFUSE,	/* EPERM */
};

static const char * const hostclock_steer_names[] = {
	[HOSTCLOCK_STEER_DETACH]	= "detach",
	[HOSTCLOCK_STEER_REFUSE]	= "refuse",
};

static u8 hostclock_steer_wanted;
/* Does the kernel ask? */
static bool hostclock_steer_asked;

/* The last that did so, or tried to */
static DEFINE_RAW_SPINLOCK(hostclock_steer_lock);
static char hostclock_steer_comm[TASK_COMM_LEN];
static pid_t hostclock_steer_pid;

/* Processes choose their names, which go to the log. */
static void hostclock_steer_remember(void)
{
	unsigned long flags;
	char *c;

	raw_spin_lock_irqsave(&hostclock_steer_lock, flags);
	strscpy(hostclock_steer_comm, current->comm, sizeof(hostclock_steer_comm));
	for (c = hostclock_steer_comm; *c; c++)
		if (!isascii(*c) || !isprint(*c))
			*c = '?';
	hostclock_steer_pid = task_tgid_nr(current);
	raw_spin_unlock_irqrestore(&hostclock_steer_lock, flags);
}

/**
 * hostclock_steer_forget - CLOCK_REALTIME follows the host's from now on
 */
void hostclock_steer_forget(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&hostclock_steer_lock, flags);
	hostclock_steer_pid = 0;
	raw_spin_unlock_irqrestore(&hostclock_steer_lock, flags);
}

/**
 * hostclock_steer_by - who set or steered CLOCK_REALTIME, or was refused to
 * @by: where to put its name and PID; "nobody" if it follows and none was refused,
 *	"unknown" if the kernel did not ask
 */
void hostclock_steer_by(char by[HOSTCLOCK_STEER_BY_LEN])
{
	bool detached = hostclock_realtime_detached();
	bool refused = READ_ONCE(hostclock_steer_wanted) == HOSTCLOCK_STEER_REFUSE;
	unsigned long flags;

	raw_spin_lock_irqsave(&hostclock_steer_lock, flags);
	if (hostclock_steer_pid && (detached || refused))
		snprintf(by, HOSTCLOCK_STEER_BY_LEN, "%s (%d)", hostclock_steer_comm,
			 hostclock_steer_pid);
	else
		strscpy(by, detached ? "unknown" : "nobody", HOSTCLOCK_STEER_BY_LEN);
	raw_spin_unlock_irqrestore(&hostclock_steer_lock, flags);
}

/* What the kernel does by itself is nobody's wish: see realtime.c. */
static bool hostclock_steer_concerns(void)
{
	return in_task() && !(current->flags & PF_KTHREAD) &&
	       system_state == SYSTEM_RUNNING &&
	       hostclock_mode() == HOSTCLOCK_MODE_FOLLOW &&
	       hostclock_counter_in_use(HOSTCLOCK_MONO) && !hostclock_realtime_detached();
}

/**
 * hostclock_steer_ask - a process is about to set or steer CLOCK_REALTIME
 * @modes: what adjtimex() is to change, ADJ_*; ADJ_SETOFFSET for a clock that is set
 *
 * Context: any but NMI; the timekeeper may be locked.
 * Return: 0, or -EPERM if it must not.
 */
int hostclock_steer_ask(unsigned int modes)
{
	bool refuse = READ_ONCE(hostclock_steer_wanted) == HOSTCLOCK_STEER_REFUSE;

	if (!hostclock_steer_concerns() ||
	    !(refuse || (modes & ~HOSTCLOCK_STEER_HARMLESS)))
		return 0;
	hostclock_steer_remember();
	if (!refuse)
		return 0;
	hostclock_record(BIT(HOSTCLOCK_REFUSED));
	hostclock_resync_raise();
	return -EPERM;
}

/**
 * hostclock_steer_name - what becomes of it, as sysfs names it
 */
const char *hostclock_steer_name(void)
{
	return hostclock_steer_names[READ_ONCE(hostclock_steer_wanted)];
}

/**
 * hostclock_steer_set - decide what becomes of it
 * @name: "detach" or "refuse"
 *
 * Return: 0; -EINVAL; -EOPNOTSUPP if this kernel does not ask.
 */
int hostclock_steer_set(const char *name)
{
	int wanted = sysfs_match_string(hostclock_steer_names, name);

	if (wanted < 0)
		return wanted;
	/* While the module is loaded, and the kernel boots, it is not known yet. */
	if (wanted == HOSTCLOCK_STEER_REFUSE && hostclock_counter_in_use(HOSTCLOCK_MONO) &&
	    !READ_ONCE(hostclock_steer_asked))
		return -EOPNOTSUPP;
	WRITE_ONCE(hostclock_steer_wanted, wanted);
	return 0;
}

/**
 * hostclock_steer_set_asked - does the kernel ask beforehand?
 * @asked: does it call hostclock_steer_ask()?
 *
 * To be called once there are pages, or before.
 */
void hostclock_steer_set_asked(bool asked)
{
	WRITE_ONCE(hostclock_steer_asked, asked);
	if (asked || READ_ONCE(hostclock_steer_wanted) != HOSTCLOCK_STEER_REFUSE)
		return;
	pr_warn("hostclock: steer=refuse is not possible, this kernel does not ask beforehand: detach\n");
	WRITE_ONCE(hostclock_steer_wanted, HOSTCLOCK_STEER_DETACH);
}

static int hostclock_steer_param_set(const char *name, const struct kernel_param *param)
{
	return hostclock_steer_set(name);
}

static int hostclock_steer_param_get(char *buf, const struct kernel_param *param)
{
	return sysfs_emit(buf, "%s\n", hostclock_steer_name());
}

static const struct kernel_param_ops hostclock_steer_ops = {
	.set = hostclock_steer_param_set,
	.get = hostclock_steer_param_get,
};
module_param_cb(steer, &hostclock_steer_ops, NULL, 0644);
MODULE_PARM_DESC(steer, "who sets or steers CLOCK_REALTIME while it follows is obeyed, and it follows no more: detach (default); or gets EPERM: refuse");
