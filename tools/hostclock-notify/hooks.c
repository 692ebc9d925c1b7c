// SPDX-License-Identifier: GPL-2.0
/*
 * Executables in a directory, run for every event, one after the other, in the
 * order of their names and under run-parts' rule for names.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notify.h"

static struct {
	unsigned int waiting;	/* EVENT_BIT()s not begun */
	struct snapshot newest;
	/* the event whose hooks are being run */
	enum event event;
	struct snapshot about;
	struct dirent **list;
	int next, count;	/* in list */
	char path[PATH_MAX];
	struct child child;
} jobs;

/* Names of executables that were said to be no hooks */
static struct {
	char **names;
	size_t count;
} ignored;

static bool running_event(void)
{
	return jobs.list;
}

bool hooks_busy(void)
{
	return jobs.waiting || running_event();
}

void hooks_event(unsigned int events, const struct snapshot *s)
{
	const unsigned int both = EVENT_BIT(EVENT_SYNCHRONIZED) |
				  EVENT_BIT(EVENT_UNSYNCHRONIZED);

	/* Only the later of the two applies. */
	if (events & both)
		jobs.waiting &= ~both;
	jobs.waiting |= events;
	jobs.newest = *s;
}

static void list_end(void)
{
	for (int i = 0; i < jobs.count; i++)
		free(jobs.list[i]);
	free(jobs.list);
	jobs.list = NULL;
	jobs.count = 0;
	jobs.next = 0;
}

void hooks_end(void)
{
	child_kill(&jobs.child);
	list_end();
	jobs.waiting = 0;
}

/* Letters, digits, - and _: neither backups nor packagers' leftovers */
static int is_hook_name(const struct dirent *d)
{
	for (const char *c = d->d_name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			return 0;
	return 1;
}

static int is_other_name(const struct dirent *d)
{
	return !is_hook_name(d);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool runnable(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* Return: whether the name is new. */
static bool remember_ignored(const char *name)
{
	char **names;

	for (size_t i = 0; i < ignored.count; i++)
		if (!strcmp(ignored.names[i], name))
			return false;
	names = realloc(ignored.names, (ignored.count + 1) * sizeof(*names));
	if (!names)
		return false;
	ignored.names = names;
	names[ignored.count] = strdup(name);
	if (!names[ignored.count])
		return false;
	ignored.count++;
	return true;
}

void hooks_tell_ignored(const struct hooks_options *o)
{
	struct dirent **list;
	char path[PATH_MAX];
	int n = scandir(o->dir, &list, is_other_name, by_name);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", o->dir, list[i]->d_name);
		if (runnable(path) && remember_ignored(list[i]->d_name))
			say("%s: is not run as a hook: rename it to letters, digits, - and _ only",
			    path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void list_begin(const struct hooks_options *o)
{
	for (jobs.event = 0; !(jobs.waiting & EVENT_BIT(jobs.event));)
		jobs.event++;
	jobs.waiting &= ~EVENT_BIT(jobs.event);
	jobs.about = jobs.newest;
	jobs.next = 0;
	hooks_tell_ignored(o);
	jobs.count = scandir(o->dir, &jobs.list, is_hook_name, by_name);
	if (jobs.count >= 0)
		return;
	if (errno != ENOENT)
		say("cannot list the hooks in %s: %s", o->dir, strerror(errno));
	jobs.list = NULL;
	jobs.count = 0;
}

static void set_number(const char *name, uint64_t value)
{
	char text[WORD_SIZE];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	setenv(name, text, 1);
}

static void set_environment(const struct hooks_options *o)
{
	setenv("HOSTCLOCK_EVENT", event_names[jobs.event], 1);
	setenv("HOSTCLOCK_DEVICE", o->device, 1);
	setenv("HOSTCLOCK_STATUS", jobs.about.status, 1);
	setenv("HOSTCLOCK_CAUSE", cause_name(jobs.about.cause), 1);
	set_number("HOSTCLOCK_MARKER", jobs.about.marker);
	set_number("HOSTCLOCK_GENERATION", jobs.about.generation);
}

static void start_next(const struct hooks_options *o)
{
	char *argv[2] = { jobs.path };

	while (!jobs.child.pid && jobs.next < jobs.count) {
		snprintf(jobs.path, sizeof(jobs.path), "%s/%s", o->dir,
			 jobs.list[jobs.next++]->d_name);
		if (!runnable(jobs.path))
			continue;
		set_environment(o);
		if (child_start(&jobs.child, jobs.path, argv, -1, -1))
			say("%s: %s", jobs.path, strerror(errno));
		else
			jobs.child.deadline_ns = now_ns() + o->limit_ns;
	}
}

static void tell_end(int status)
{
	char how[WORD_SIZE];

	child_explain(status, how, sizeof(how));
	if (status)
		say("%s (%s): %s", jobs.path, event_names[jobs.event], how);
}

int64_t hooks_work(const struct hooks_options *o)
{
	int status;

	child_check(&jobs.child);
	if (child_ended(&jobs.child, &status))
		tell_end(status);
	while (!jobs.child.pid) {
		if (!running_event() && !jobs.waiting)
			return NEVER_NS;
		if (!running_event())
			list_begin(o);
		start_next(o);
		if (!jobs.child.pid)
			list_end();
	}
	return jobs.child.deadline_ns;
}
