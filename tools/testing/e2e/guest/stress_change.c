// SPDX-License-Identifier: GPL-2.0
/* What the guest's own root does to its clocks, while everybody reads them. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "stress.h"

#define CLOCKSOURCE_DIR	"/sys/devices/system/clocksource/clocksource0/"
#define PAUSE_US	70000
#define AWAY_US		20000

/*
 * A gap that the kernel has yet to follow, having followed too many in this tick, goes
 * by the policy of then: so it gets some ticks to do so.
 */
static void change_policy(struct job *job, bool steal)
{
	own_begin(OWN_POLICY);
	usleep(AWAY_US);
	if (!write_line(STATE_DIR "policy", steal ? "steal" : "suspend"))
		job_wrong(job, "the policy cannot be changed");
	own_end(OWN_POLICY, steal ? OWN_STEAL : 0);
}

static void expect(struct job *job, const char *path, const char *want)
{
	char line[64];

	read_line(path, line, sizeof(line));
	if (strcmp(line, want))
		job_wrong(job, "%s says %s, not %s", path, line, want);
}

/* The TSC becomes a clocksource once it is calibrated, 1 s after the guest is up. */
static bool is_offered(const char *clocksource)
{
	char line[128];

	read_line(CLOCKSOURCE_DIR "available_clocksource", line, sizeof(line));
	for (char *name = strtok(line, " "); name; name = strtok(NULL, " "))
		if (!strcmp(name, clocksource))
			return true;
	return false;
}

/* To another clocksource and back: from then on all is the page's again. */
static void change_clocksource(struct job *job)
{
	const char *current = CLOCKSOURCE_DIR "current_clocksource";

	own_begin(OWN_CLOCK);
	if (!write_line(current, "tsc"))
		job_wrong(job, "clocksource tsc cannot be chosen");
	expect(job, current, "tsc");
	usleep(AWAY_US);
	if (!write_line(current, "hostclock"))
		job_wrong(job, "clocksource hostclock cannot be chosen");
	expect(job, current, "hostclock");
	own_end(OWN_CLOCK, 0);
}

/*
 * Return: false if the driver has set the clock as well, since the host's was set at the same
 * instant: then it follows that.
 */
static bool set_wall(struct job *job, int64_t by_sec)
{
	char before[24], after[24], line[64];
	struct timespec ts;

	read_line(STATE_DIR "resyncs", before, sizeof(before));
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += by_sec;
	if (clock_settime(CLOCK_REALTIME, &ts))
		job_wrong(job, "the clock cannot be set");
	read_line(STATE_DIR "wall", line, sizeof(line));
	if (!strcmp(line, "detached"))
		return true;
	read_line(STATE_DIR "resyncs", after, sizeof(after));
	if (strcmp(line, "follow") || !strcmp(before, after))
		job_wrong(job, "wall says %s, not detached, after %s and %s resyncs",
			  line, before, after);
	return false;
}

/* The wall clock is set, which detaches it, and attached again. */
static void change_wall(struct job *job, int64_t by_sec)
{
	own_begin(OWN_CLOCK);
	for (int tries = 3; !set_wall(job, by_sec) && --tries; )
		;
	expect(job, STATE_DIR "wall", "detached");
	usleep(AWAY_US);
	if (!write_line(STATE_DIR "wall", "follow"))
		job_wrong(job, "the wall clock cannot be attached");
	expect(job, STATE_DIR "wall", "follow");
	own_end(OWN_CLOCK, 0);
}

void job_change(struct job *job)
{
	change_policy(job, false);
	while (!stopping() && !is_offered("tsc"))
		usleep(PAUSE_US);
	for (uint64_t i = 0; !stopping(); i++) {
		usleep(PAUSE_US);
		switch (i % 16) {
		case 3:
			change_clocksource(job);
			break;
		case 7:
			change_wall(job, 100);
			break;
		case 11:
			change_wall(job, -100);
			break;
		case 0:
		case 8:
			change_policy(job, !(i % 16));
			break;
		default:
			/* It is attached already. */
			if (!write_line(STATE_DIR "wall", "follow"))
				job_wrong(job, "follow cannot be written");
		}
		job->done++;
	}
}
