// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/now.h"
#include "base/rate.h"
#include "base/task.h"
#include "event.h"
#include "script.h"

#define MAX_SEC		1e6

/* What comes later than this is late: a wake-up takes less, unless the host is held up. */
#define LATE_NS		10000000ULL

struct entry {
	u64 at_ns;
	int line;
	char text[EVENT_MAX_TEXT];
	int argc;
	char *argv[EVENT_MAX_WORDS];
};

static const char *file_name;
static struct entry **entries;
static int count;
static int next_entry;
static u64 started_ns;
static struct timer timer;
static bool running;

/* Words of a line, up to '#'.  Return: how many, or -1 if there are more. */
int script_split(char *text, char **words, int max)
{
	char *save = NULL, *word;
	int n = 0;

	text[strcspn(text, "#\n")] = '\0';
	for (word = strtok_r(text, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (n == max)
			return -1;
		words[n++] = word;
	}
	return n;
}

static int by_time(const void *a, const void *b)
{
	const struct entry *const *left = a, *const *right = b;

	if ((*left)->at_ns != (*right)->at_ns)
		return (*left)->at_ns < (*right)->at_ns ? -1 : 1;
	return (*left)->line - (*right)->line;
}

static int add_line(const char *text, int line, struct problem *why)
{
	char *words[EVENT_MAX_WORDS + 1], *end;
	struct entry **more, *e = calloc(1, sizeof(*e));
	double sec;
	int n;

	if (!e)
		return problem_errno(why, "cannot allocate");
	snprintf(e->text, sizeof(e->text), "%s", text);
	n = script_split(e->text, words, EVENT_MAX_WORDS + 1);
	if (!n) {
		free(e);
		return 0;
	}
	sec = strtod(words[0], &end);
	if (n < 2 || *end || !(sec >= 0 && sec <= MAX_SEC)) {
		free(e);
		return problem_set(why, "must be SECONDS COMMAND [ARGUMENTS], at most %d words",
				   EVENT_MAX_WORDS + 1);
	}
	e->at_ns = sec * NSEC_PER_SEC;
	e->line = line;
	e->argc = n - 1;
	memcpy(e->argv, words + 1, e->argc * sizeof(*words));
	more = realloc(entries, (count + 1) * sizeof(*entries));
	if (!more) {
		free(e);
		return problem_errno(why, "cannot allocate");
	}
	entries = more;
	entries[count++] = e;
	return event_check(e->argc, e->argv, why);
}

/**
 * script_load - read a script
 * @file: its name
 * @why: what went wrong, with the line
 *
 * Return: 0 or -1.
 */
int script_load(const char *file, struct problem *why)
{
	struct problem inner = { .again = false };
	char line[EVENT_MAX_TEXT];
	int number = 0, bad = 0;
	FILE *f = fopen(file, "re");

	if (!f)
		return problem_errno(why, "%s: cannot open", file);
	while (!bad && fgets(line, sizeof(line), f)) {
		number++;
		bad = add_line(line, number, &inner);
	}
	fclose(f);
	if (bad)
		return problem_set(why, "%s: line %d: %.400s", file, number,
				   inner.text);
	file_name = file;
	qsort(entries, count, sizeof(*entries), by_time);
	return 0;
}

static u64 due_ns(const struct entry *e)
{
	return started_ns + e->at_ns;
}

static void arm(void)
{
	u64 due, now = now_ns(CLOCK_MONOTONIC);

	if (next_entry == count)
		return;
	due = due_ns(entries[next_entry]);
	/* a timer of 0 ns would never expire */
	loop_timer_set(&timer, due > now ? due - now : 1, 0);
}

/*
 * After one that is late, all others are as late: a host that was held up catches up with
 * nothing, and no clock of its is set ten times within a millisecond.
 */
static void keep_distance(const struct entry *e)
{
	u64 due = due_ns(e), now = now_ns(CLOCK_MONOTONIC);

	if (now > due + LATE_NS)
		started_ns += now - due;
}

static void run(void *arg)
{
	struct entry *e = entries[next_entry++];
	struct exporter *x = arg;
	struct problem why;

	keep_distance(e);
	if (event_run(x, e->argc, e->argv, &why))
		say("%s: line %d: %s", file_name, e->line, why.text);
	running = false;
	arm();
}

/*
 * One event per dispatch, so that the state is written before the next.  In a task: who
 * else is busy with a VM is waited for, and so is each event by the next one.
 */
static void due(void *arg)
{
	if (running)
		return;
	if (next_entry < count && due_ns(entries[next_entry]) <= now_ns(CLOCK_MONOTONIC)) {
		running = true;
		task_start(run, arg);
	} else {
		arm();
	}
}

/* Second 0 of the script is now; a second call begins it anew. */
int script_start(struct exporter *x, struct problem *why)
{
	if (!file_name)
		return problem_set(why,
				   "there is no script: start hostclockd-sim with --script FILE");
	timer.due = due;
	timer.arg = x;
	next_entry = 0;
	started_ns = now_ns(CLOCK_MONOTONIC);
	arm();
	return 0;
}
