/* SPDX-License-Identifier: GPL-2.0 */
/* hostclock-notify: what its parts share. */
#ifndef _HOSTCLOCK_NOTIFY_H
#define _HOSTCLOCK_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __printf(a, b)		__attribute__((			\
	format(printf, a, b)))
#define NSEC_PER_MSEC		1000000LL
#define NSEC_PER_SEC		1000000000LL
#define NEVER_NS		INT64_MAX

/* In the order in which their hooks run. */
enum event {
	EVENT_GENERATION,
	EVENT_DISRUPTION,
	EVENT_CLOCK_SET,
	EVENT_UNSYNCHRONIZED,
	EVENT_SYNCHRONIZED,
	EVENTS
};

#define EVENT_BIT(event)	(1U << (event))

extern const char *const event_names[EVENTS];

/* report.c */

/* Log to syslog from now on, not to standard error. */
void report_to_syslog(void);
__printf(1, 2)
void say(const char *fmt, ...);

/* CLOCK_MONOTONIC */
int64_t now_ns(void);

/* device.c: the driver's state */

#define WORD_SIZE	32

struct snapshot {
	uint64_t marker;	/* vmclock's disruption_marker */
	uint64_t generation;
	uint64_t clock_epoch;
	uint64_t guest_epoch;	/* 0: no valid page yet */
	uint64_t disruptions;	/* how many there were */
	unsigned int cause;	/* HOSTCLOCK_CAUSE_* */
	char status[WORD_SIZE];
};

/* Return: a descriptor, or -1 with errno set. */
int device_open(const char *path);
/*
 * Returns when the device may be there: something changed in its directory.
 * Return: 0, 1 if a signal is pending on signal_fd, or -1 with errno set.
 */
int device_wait(const char *path, int signal_fd);
/* Return: 0, or -1 with errno set; EAGAIN: the host is just writing. */
int device_read(int fd, struct snapshot *s);
/* Return: EVENT_BIT()s. */
unsigned int device_events(const struct snapshot *old,
			   const struct snapshot *new);
const char *cause_name(unsigned int cause);

/* child.c: child processes with a time limit */

struct child {
	pid_t pid;		/* 0: none */
	int64_t deadline_ns;	/* when to signal it next, or NEVER_NS */
	bool terminated;	/* has been sent SIGTERM */
	const char *what;
};

/*
 * Without a deadline yet.  in and out: its standard input, and its output and
 * errors; -1: nothing, and the same as ours.
 * Return: 0, or -1 with errno set.
 */
int child_start(struct child *c, const char *what, char *const argv[], int in,
		int out);
/* Return: whether it has ended; *status is then as from waitpid(). */
bool child_ended(struct child *c, int *status);
/* How it ended, in words. */
void child_explain(int status, char *text, size_t size);
/* Signal it if its time is up. */
void child_check(struct child *c);
void child_kill(struct child *c);

/* chrony.c: notifying chronyd */

struct chrony_options {
	const char *chronyc;
	const char *socket;
	const char *burst;	/* NULL: none */
	bool enabled;
};

/* An event happened at since_ns; it replaces an older one. */
void chrony_event(const struct chrony_options *o, const struct snapshot *s,
		  int64_t since_ns);
/* Do what is due.  Return: when to call again, or NEVER_NS. */
int64_t chrony_work(const struct chrony_options *o);
/* Call it also when this can be read; -1: none. */
int chrony_fd(void);
bool chrony_busy(void);
void chrony_end(void);

/* hooks.c: running hooks */

struct hooks_options {
	const char *dir;
	const char *device;
	int64_t limit_ns;
};

/* Log the executables that are no hooks by their names, once each; done for each event, too. */
void hooks_tell_ignored(const struct hooks_options *o);
/* Events of a kind that is already pending are merged. */
void hooks_event(unsigned int events, const struct snapshot *s);
int64_t hooks_work(const struct hooks_options *o);
bool hooks_busy(void);
void hooks_end(void);

#endif /* _HOSTCLOCK_NOTIFY_H */
