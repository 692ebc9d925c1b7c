// SPDX-License-Identifier: GPL-2.0
/*
 * Reads all clocks, on all CPUs, moderately often, and judges every reading; does
 * what the host says meanwhile, see command.c.
 *
 *	soakwatch SEED
 *
 * Prints "violation WHAT" for each, "watching" once it does, and answers.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "check.h"
#include "clocks.h"
#include "soakwatch.h"

/* Where the host's lines come from: the port that our output goes to. */
#define PORT	"/dev/ttyS1"

#define MAX_CPUS	8
/* A burst is all clocks read both ways, so often; more if something happens. */
#define BURST		16
#define BURST_MORE	64
/* Between bursts */
#define LEAST_PAUSE_NS	4000000
#define PAUSE_NS	32000000

/* How often adjtimex() is looked at */
#define STATUS_MS	100

static struct watcher watchers[MAX_CPUS];
static int cpus;
static struct looker own;
static uint32_t seed;

/* Numerical Recipes' generator: the high bits are good enough. */
static uint32_t draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return ((uint64_t)*state * below) >> 32;
}

/* Not before it is time. */
static void pause_for(long ns)
{
	s64 until = read_vdso(CLOCK_MONOTONIC) + ns, now;
	struct timespec ts = { until / 1000000000, until % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
	now = read_vdso(CLOCK_MONOTONIC);
	if (now < until)
		violated("a timer on MONOTONIC was early by %lld ns",
			 (long long)(until - now));
}

static void *watch(void *arg)
{
	struct watcher *w = arg;
	uint32_t state = seed + (w - watchers);
	int left;

	pin_to(w - watchers);
	for (;;) {
		pthread_rwlock_rdlock(&rules.lock);
		if (w->changes != rules.changes)
			watcher_restart(w);
		for (left = draw(&state, BURST) + 1; left > 0; left--) {
			if (watch_all(w) && left < BURST_MORE)
				left = BURST_MORE;
		}
		pthread_rwlock_unlock(&rules.lock);
		pause_for(LEAST_PAUSE_NS + draw(&state, PAUSE_NS));
	}
	return NULL;
}

void watchers_close(void)
{
	int i;

	for (i = 0; i < cpus; i++)
		look_close(&watchers[i].looker);
	look_close(&own);
}

bool watchers_open(void)
{
	int i;

	for (i = 0; i < cpus; i++) {
		if (!look_open(&watchers[i].looker))
			return false;
	}
	return look_open(&own);
}

static void start_threads(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < cpus; i++) {
		if (pthread_create(&thread, NULL, watch, &watchers[i]))
			die("cannot start a thread");
	}
}

/* Until the host has no more to say. */
static void serve(FILE *port)
{
	struct pollfd pfd = { .fd = fileno(port), .events = POLLIN };
	char line[256];

	for (;;) {
		if (poll(&pfd, 1, STATUS_MS) > 0) {
			if (!fgets(line, sizeof(line), port) || !command_run(line))
				return;
			continue;
		}
		pthread_rwlock_rdlock(&rules.lock);
		status_judge(&own);
		pthread_rwlock_unlock(&rules.lock);
	}
}

int main(int argc, char **argv)
{
	FILE *port;

	if (argc != 2) {
		fprintf(stderr, "usage: soakwatch SEED\n");
		return 2;
	}
	seed = number_arg(argv[1], "SEED");
	cpus = get_nprocs();
	if (cpus > MAX_CPUS)
		cpus = MAX_CPUS;
	port = fopen(PORT, "re");
	if (!port || !watchers_open())
		die("cannot open %s or %s", PORT, DEVICE);
	setvbuf(port, NULL, _IONBF, 0);
	daemons_start();
	start_threads();
	puts("watching");
	fflush(stdout);
	serve(port);
	return counts.violations ? 1 : 0;
}
