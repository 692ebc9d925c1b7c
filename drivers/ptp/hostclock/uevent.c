// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling user space: a change event of /dev/hostclock0, for udev and mdev.
 */
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/stdarg.h>

#include "hostclock.h"

#define HOSTCLOCK_UEVENT_VARS	7

/* The gravest of what happened names the event. */
static const char *hostclock_event_name(unsigned long changes)
{
	if (test_bit(HOSTCLOCK_CHANGED_GUEST, &changes))
		return "disruption";
	if (test_bit(HOSTCLOCK_CHANGED_FAULT, &changes))
		return "degraded";
	if (test_bit(HOSTCLOCK_CHANGED_CLOCK, &changes) ||
	    test_bit(HOSTCLOCK_CHANGED_JUMP, &changes))
		return "step";
	if (test_bit(HOSTCLOCK_CHANGED_DETACHED, &changes))
		return "detached";
	if (test_bit(HOSTCLOCK_CHANGED_ATTACHED, &changes))
		return "attached";
	if (test_bit(HOSTCLOCK_CHANGED_RECOVERED, &changes))
		return "recovered";
	if (test_bit(HOSTCLOCK_CHANGED_STATUS, &changes))
		return "status";
	return "page";
}

/**
 * hostclock_uevent - send the event
 * @changes: HOSTCLOCK_CHANGED_*
 *
 * Variables: HOSTCLOCK_EVENT, HOSTCLOCK_STATUS, and as numbers HOSTCLOCK_EPOCH,
 * HOSTCLOCK_GUEST_EPOCH, HOSTCLOCK_DISRUPTION (vmclock's marker),
 * HOSTCLOCK_GENERATION and HOSTCLOCK_CAUSE.
 *
 * Context: may sleep.
 */
void hostclock_uevent(unsigned long changes)
{
	const struct hostclock_guest_page *gp = hostclock.guest.mem;
	char *envp[HOSTCLOCK_UEVENT_VARS + 1] = { NULL };
	char vars[HOSTCLOCK_UEVENT_VARS][48];
	struct hostclock_anchor a;
	int i;

	for (i = 0; i < HOSTCLOCK_UEVENT_VARS; i++)
		envp[i] = vars[i];
	hostclock_anchor_get(&a);
	snprintf(vars[0], sizeof(vars[0]), "HOSTCLOCK_EVENT=%s",
		 hostclock_event_name(changes));
	snprintf(vars[1], sizeof(vars[1]), "HOSTCLOCK_EPOCH=%llu", a.clock_epoch);
	snprintf(vars[2], sizeof(vars[2]), "HOSTCLOCK_GUEST_EPOCH=%llu",
		 a.guest_epoch);
	snprintf(vars[3], sizeof(vars[3]), "HOSTCLOCK_DISRUPTION=%llu",
		 HOSTCLOCK_LE64(gp->vmclock.disruption_marker));
	snprintf(vars[4], sizeof(vars[4]), "HOSTCLOCK_GENERATION=%llu",
		 hostclock.state.generation);
	snprintf(vars[5], sizeof(vars[5]), "HOSTCLOCK_CAUSE=%u",
		 hostclock.state.cause);
	snprintf(vars[6], sizeof(vars[6]), "HOSTCLOCK_STATUS=%s",
		 hostclock_status_name());
	kobject_uevent_env(&hostclock.misc.this_device->kobj, KOBJ_CHANGE, envp);
}
