/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of soakwatch. */
#ifndef _SOAKWATCH_H
#define _SOAKWATCH_H

#include <stdbool.h>

#include "judge.h"

#define SYSFS	"/sys/class/misc/hostclock0/"

/* sysfs.c: one line of a file, without its end; "?" if it cannot be read. */
const char *line_of(const char *path, char *line, int size);
bool write_line(const char *path, const char *line);

/* daemons.c */
void daemons_start(void);
/* While chronyd has its PTP clock open, the next one will have another number. */
void daemons_clock_goes(void);
void daemons_clock_comes(void);
/* How often hostclock-notify had chronyd drop its measurements. */
unsigned long daemons_resets(void);

/* command.c: does what a line from the host says, and answers.  False: end. */
bool command_run(char *line);

/* watch.c: all threads' pages go away, and are there again. */
void watchers_close(void);
bool watchers_open(void);

/* What adjtimex() says, compared with the page; now and then. */
void status_judge(struct looker *l);

#endif /* _SOAKWATCH_H */
