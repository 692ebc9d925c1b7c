// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status, by name.
 */
#include "accept.h"
#include "counter.h"
#include "refused.h"
#include "status.h"
#include "transport.h"

static const char * const hostclock_statuses[] = {
	[HOSTCLOCK_STATUS_UNKNOWN]	= "unknown",
	[HOSTCLOCK_STATUS_INITIALIZING]	= "initializing",
	[HOSTCLOCK_STATUS_SYNCHRONIZED]	= "synchronized",
	[HOSTCLOCK_STATUS_FREERUNNING]	= "freerunning",
	[HOSTCLOCK_STATUS_UNRELIABLE]	= "unreliable",
};

/**
 * hostclock_now - the view of now, and how far it can be trusted
 * @v: where to put the one
 * @trust: and the other
 *
 * Return: false if not running.
 */
bool hostclock_now(struct hostclock_view *v, struct hostclock_sync_quality *trust)
{
	hostclock_look();
	hostclock_view_get(v);
	if (!hostclock_running())
		return false;
	hostclock_sync_quality_at(&v->set, hostclock_rdtsc() - v->anchor.tsc_offset,
				  trust);
	return true;
}

/**
 * hostclock_status_name - "waiting" before the first valid page, "degraded"
 * while it is refused, or what it says itself
 */
const char *hostclock_status_name(void)
{
	struct hostclock_sync_quality trust;
	struct hostclock_view v;

	if (!hostclock_now(&v, &trust))
		return "waiting";
	if (hostclock_fault())
		return "degraded";
	if (!trust.valid)
		return "expired";
	return hostclock_statuses[v.set.status];
}
