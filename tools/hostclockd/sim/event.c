// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/names.h"
#include "base/rate.h"
#include "clock/publish.h"
#include "clock/ticks.h"
#include "event.h"
#include "faults.h"
#include "sim.h"
#include "storefault.h"
#include "vm/guest.h"
#include "vm/stopcont.h"

#define MAX_EPOCHS_HZ	1000

/* How hostclockd-sim was called. */
static const struct sim_options *allowed;
/* The clock that events change. */
static struct clock *host;

/*
 * A decimal number, as a whole number of 1/@scale: exact, since a double could not
 * tell a step of 30 years and 1 ns from one of 30 years.
 */
static int decimal(const char *text, s64 max, s64 scale, s64 *value,
		   struct problem *why)
{
	bool negative = text[0] == '-';
	const char *start = text + negative;
	s64 part = scale;
	char *end;

	errno = 0;
	*value = strtoll(start, &end, 10);
	if (errno || end == start || *start == '-' || *value > max)
		goto wrong;
	*value *= scale;
	if (*end == '.') {
		for (end++; *end >= '0' && *end <= '9' && part >= 10; end++) {
			part /= 10;
			*value += (*end - '0') * part;
		}
	}
	if (*end || *value > max * scale)
		goto wrong;
	if (negative)
		*value = -*value;
	return 0;
wrong:
	return problem_set(why, "%s: must be a number from -%lld to %lld, in steps of 1/%lld",
			   text, (long long)max, (long long)max,
			   (long long)scale);
}

static int event_step(struct exporter *x, char **argv, struct problem *why)
{
	s64 ns;

	(void)x;
	if (decimal(argv[1], SIM_MAX_STEP_SEC, NSEC_PER_SEC, &ns, why))
		return -1;
	sim_step(host->src, ns);
	return 0;
}

static int event_slew(struct exporter *x, char **argv, struct problem *why)
{
	s64 ppb;

	(void)x;
	if (allowed->icount)
		return problem_set(why, "%s: not with --sim-icount, whose rate is fixed",
				   argv[0]);
	if (decimal(argv[1], SIM_MAX_SLEW_PPB / 1000, 1000, &ppb, why))
		return -1;
	if (!strcmp(argv[0], "freq"))
		sim_freq(host->src, ppb);
	else
		sim_slew(host->src, ppb);
	return 0;
}

static int event_sleep(struct exporter *x, char **argv, struct problem *why)
{
	s64 ns;

	(void)x;
	if (decimal(argv[1], SIM_MAX_STEP_SEC, NSEC_PER_SEC, &ns, why))
		return -1;
	sim_sleep(host->src, ns);
	return 0;
}

static int event_gap(struct exporter *x, char **argv, struct problem *why)
{
	s64 ns;

	(void)x;
	if (allowed->icount)
		return problem_set(why,
				   "%s: not with --sim-icount, whose parameters start at counter 0",
				   argv[0]);
	if (decimal(argv[1], SIM_MAX_STEP_SEC, NSEC_PER_SEC, &ns, why))
		return -1;
	if (ns < 0)
		return problem_set(why, "gap %s: must not be negative", argv[1]);
	sim_gap(host->src, ns);
	ticks_now(host);
	/* A VM that is continued next must not run before its page has jumped. */
	publish_wait(host);
	return 0;
}

static int event_tai(struct exporter *x, char **argv, struct problem *why)
{
	s64 sec;

	(void)x;
	if (decimal(argv[1], 1000, 1, &sec, why))
		return -1;
	sim_tai(host->src, sec);
	return 0;
}

static int event_leap(struct exporter *x, char **argv, struct problem *why)
{
	int sign = !strcmp(argv[1], "insert") - !strcmp(argv[1], "delete");
	s64 sec = 0;

	(void)x;
	if (!sign && strcmp(argv[1], "none"))
		return problem_set(why, "leap %s: must be insert, delete or none",
				   argv[1]);
	if (sign && (!argv[2] || decimal(argv[2], 1000000, 1, &sec, why) || sec < 1))
		return problem_set(why, "leap %s: needs the seconds until then, 1 or more",
				   argv[1]);
	sim_leap(host->src, sign, sec);
	return 0;
}

static int event_freeze(struct exporter *x, char **argv, struct problem *why)
{
	(void)why;
	host->now.frozen = !strcmp(argv[0], "freeze");
	if (!host->now.frozen)
		faults_repair(host, x);
	return 0;
}

static int event_tear(struct exporter *x, char **argv, struct problem *why)
{
	const char *what = argv[1] ? argv[1] : "clock";

	if (strcmp(what, "clock") && strcmp(what, "guest") &&
	    strcmp(what, "vmclock"))
		return problem_set(why, "tear %s: must be clock, guest or vmclock",
				   what);
	host->now.frozen = true;
	faults_tear(host, x, what);
	return 0;
}

static int event_scribble(struct exporter *x, char **argv, struct problem *why)
{
	const char *what = argv[1] ? argv[1] : "clock";

	if (strcmp(what, "clock") && strcmp(what, "guest"))
		return problem_set(why, "scribble %s: must be clock or guest",
				   what);
	host->now.frozen = true;
	faults_scribble(host, x, what);
	return 0;
}

/* Die at a later store to the first clock page or to the first VM's page. */
static int die_later(struct exporter *x, char **argv, struct problem *why)
{
	bool guest = !strcmp(argv[1], "guest");
	s64 store;

	if (!guest && strcmp(argv[1], "clock"))
		return problem_set(why, "die %s: stores are counted for clock or guest",
				   argv[1]);
	if (decimal(argv[2], 1000000, 1, &store, why))
		return -1;
	if (store < 1)
		return problem_set(why, "die %s %s: stores count from 1", argv[1],
				   argv[2]);
	if (guest && !x->vms)
		return problem_set(why, "die guest: there is none");
	return storefault_die(guest ? (void *)x->vms->page.map :
				      (void *)host->pages[0].map, store, why);
}

static int event_die(struct exporter *x, char **argv, struct problem *why)
{
	if (argv[1] && argv[2])
		return die_later(x, argv, why);
	if (argv[1] && event_tear(x, argv, why))
		return -1;
	raise(SIGKILL);
	return 0;
}

static int event_epoch(struct exporter *x, char **argv, struct problem *why)
{
	s64 hz;

	(void)x;
	if (decimal(argv[1], MAX_EPOCHS_HZ, 1, &hz, why))
		return -1;
	if (hz < 0)
		return problem_set(why, "epoch %s: must not be negative", argv[1]);
	ticks_epochs(hz);
	return 0;
}

static int hostile_field(char **argv, struct problem *why)
{
	u64 value;
	char *end;

	if (!argv[1])
		return problem_set(why, "hostile %s: needs a value", argv[0]);
	errno = 0;
	value = strtoull(argv[1], &end, 0);
	if (errno || *end)
		return problem_set(why,
				   "hostile %s %s: must be a whole number of at most 64 bits, 0x for hexadecimal",
				   argv[0], argv[1]);
	return faults_hostile(argv[0], value, why);
}

/* All fields in one update: they may make sense only together. */
static int event_hostile(struct exporter *x, char **argv, struct problem *why)
{
	int bad = 0;

	if (!strcmp(argv[1], "off"))
		faults_hostile_off();
	else
		for (argv++; *argv && !bad; argv += 2)
			bad = hostile_field(argv, why);
	if (!bad)
		faults_repair(host, x);
	return bad;
}

static int event_status(struct exporter *x, char **argv, struct problem *why)
{
	int status = names_find(names_status, argv[1]);

	(void)x;
	if (status < 0 && strcmp(argv[1], "off"))
		return problem_set(why,
				   "status %s: must be unknown, initializing, synchronized, freerunning, unreliable or off",
				   argv[1]);
	faults_status(status);
	return 0;
}

static int event_error(struct exporter *x, char **argv, struct problem *why)
{
	s64 ns = -1;

	(void)x;
	if (strcmp(argv[1], "off") && decimal(argv[1], NSEC_PER_SEC * NSEC_PER_SEC, 1, &ns, why))
		return -1;
	faults_error(ns);
	return 0;
}

/* One VM, or all. */
static int event_vm(struct exporter *x, char **argv, struct problem *why)
{
	bool stop = !strcmp(argv[0], "stop");
	struct vm *vm;
	int bad = 0;

	if (argv[1])
		return stopcont(x, argv[1], stop, why);
	for (vm = x->vms; vm; vm = vm->next)
		bad |= stopcont(x, vm->name, stop, why);
	return bad;
}

/**
 * struct event - a command
 * @name:	its name
 * @min:	arguments at least
 * @max:	arguments at most
 * @clock:	changes the clock, so that it must be simulated
 * @quiet:	asks for no update
 * @run:	does it; argv ends with NULL
 */
static const struct event {
	const char *name;
	int min;
	int max;
	bool clock;
	bool quiet;
	int (*run)(struct exporter *x, char **argv, struct problem *why);
} events[] = {
	{ "step", 1, 1, true, false, event_step },
	{ "slew", 1, 1, true, false, event_slew },
	{ "freq", 1, 1, true, false, event_slew },
	{ "sleep", 1, 1, true, false, event_sleep },
	{ "gap", 1, 1, true, true, event_gap },
	{ "tai", 1, 1, true, false, event_tai },
	{ "leap", 1, 2, true, false, event_leap },
	{ "freeze", 0, 0, false, true, event_freeze },
	{ "thaw", 0, 0, false, false, event_freeze },
	{ "tear", 0, 1, false, true, event_tear },
	{ "scribble", 0, 1, false, true, event_scribble },
	{ "die", 0, 2, false, true, event_die },
	{ "epoch", 1, 1, false, false, event_epoch },
	{ "hostile", 1, EVENT_MAX_WORDS - 1, false, false, event_hostile },
	{ "status", 1, 1, false, false, event_status },
	{ "error", 1, 1, false, false, event_error },
	{ "stop", 0, 1, false, true, event_vm },
	{ "cont", 0, 1, false, true, event_vm },
};

static const struct event *find(int argc, char **argv, struct problem *why)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		const struct event *e = &events[i];

		if (strcmp(e->name, argc ? argv[0] : ""))
			continue;
		if (argc - 1 >= e->min && argc - 1 <= e->max)
			return e;
		problem_set(why, "%s: takes %d to %d arguments, not %d; see hostclockd-sim(8)",
			    e->name, e->min, e->max, argc - 1);
		return NULL;
	}
	problem_set(why, "%s: no such event; see hostclockd-sim(8)",
		    argc ? argv[0] : "(nothing)");
	return NULL;
}

/* What is allowed here depends on the options. */
void event_allow(const struct sim_options *opt, struct clock *clk)
{
	allowed = opt;
	host = clk;
}

/* Is it an event, and is it allowed here? */
int event_check(int argc, char **argv, struct problem *why)
{
	const struct event *e = find(argc, argv, why);

	if (!e)
		return -1;
	if (e->clock && !allowed->sim)
		return problem_set(why,
				   "%s: only a simulated clock can be changed; start hostclockd-sim with --sim",
				   e->name);
	if (!allowed->sim && !allowed->faults)
		return problem_set(why,
				   "%s: start hostclockd-sim with --sim or --faults to allow this",
				   e->name);
	return 0;
}

/**
 * event_run - do what a script's line or `hostclockctl sim` says
 * @x: the exporter
 * @argc: words
 * @argv: the words
 * @why: what went wrong
 *
 * Published when this returns, as far as it changes pages.
 *
 * Return: 0 or -1.
 */
int event_run(struct exporter *x, int argc, char **argv, struct problem *why)
{
	char *words[EVENT_MAX_WORDS + 1] = { NULL };
	const struct event *e = find(argc, argv, why);

	if (!e || event_check(argc, argv, why))
		return -1;
	memcpy(words, argv, argc * sizeof(*argv));
	if (e->run(x, words, why))
		return -1;
	if (!e->quiet)
		ticks_now(host);
	ticks_show(host);
	return 0;
}
