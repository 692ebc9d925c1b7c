// SPDX-License-Identifier: GPL-2.0
/* What the guest's own root does to its clocks, while everybody reads them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "stress.h"

#define CLOCKSOURCE_DIR	"/sys/devices/system/clocksource/clocksource0/"
#define PAUSE_US	70000
#define AWAY_US		20000
#define SET_BY_SEC	100
/* For as long as another of the guest's CPUs may be kept from running, 1 s */
#define TOLD_PAUSE_US	1000
#define TOLD_TRIES	1000

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

/* Is REALTIME the host's?  The guest sets it off by far more than it takes to read both. */
static bool wall_is_hosts(void)
{
	struct look before, after;
	int64_t real_ns;

	do {
		look(&before);
		real_ns = read_syscall(CLOCK_REALTIME);
		look(&after);
	} while (!same_epochs(&before, &after) && !stopping());
	return llabs(real_ns - before.t.real) < SET_BY_SEC * NSEC_PER_SEC / 2;
}

/*
 * It may be told a little later that the clock was set, where the driver is setting it on
 * another CPU.
 * Return: false if the driver has set it since, as the host's was set at the same instant:
 * then it follows that.
 */
static bool set_wall(struct job *job, int64_t by_sec)
{
	struct timespec ts;
	char line[64];

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += by_sec;
	if (clock_settime(CLOCK_REALTIME, &ts))
		job_wrong(job, "the clock cannot be set");
	for (int tries = 0; tries < TOLD_TRIES; tries++) {
		read_line(STATE_DIR "wall", line, sizeof(line));
		if (!strcmp(line, "detached"))
			return true;
		if (wall_is_hosts())
			return false;
		usleep(TOLD_PAUSE_US);
	}
	job_wrong(job, "wall says %s, not detached, and REALTIME is not the host's", line);
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
			change_wall(job, SET_BY_SEC);
			break;
		case 11:
			change_wall(job, -SET_BY_SEC);
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
