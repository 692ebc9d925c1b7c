// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synchronization status as sysfs, the log and uevents name it.
 */
#include "accept.h"
#include "counter.h"
#include "rejected.h"
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
 * hostclock_quality_now - get the accepted state and its sync quality
 * @rb: where to put the one
 * @quality: where to put that
 *
 * Return: false if not running.
 */
bool hostclock_quality_now(struct hostclock_read_base *rb, struct hostclock_sync_quality *quality)
{
	hostclock_check_pages();
	hostclock_read_base_get(rb);
	if (!hostclock_running())
		return false;
	hostclock_sync_quality_at(&rb->params, hostclock_rdtsc() - rb->accepted.tsc_offset,
				  quality);
	return true;
}

/**
 * hostclock_status_name - the page's status, or a reason not to believe it
 */
const char *hostclock_status_name(void)
{
	struct hostclock_sync_quality quality;
	struct hostclock_read_base rb;

	if (!hostclock_quality_now(&rb, &quality))
		return "waiting";
	if (hostclock_error())
		return "degraded";
	if (!quality.valid)
		return "expired";
	return hostclock_statuses[rb.params.status];
}
