/* SPDX-License-Identifier: GPL-2.0 */
/* A chronyc that takes commands one after the other. */
#ifndef _HOSTCLOCK_NOTIFY_CHRONYC_H
#define _HOSTCLOCK_NOTIFY_CHRONYC_H

#include "notify.h"

/* Unless it runs.  Return: 0, or -1 with errno set. */
int chronyc_start(const struct chrony_options *o);
/* Return: 0, or -1 with errno set. */
int chronyc_send(const char *command);
/* The next line that it wrote, or NULL. */
const char *chronyc_line(void);
/* Whether it has ended since the last call; chronyc_line() had its all. */
bool chronyc_ended(void);
bool chronyc_running(void);
/* The last line of the one that has ended, or how it ended. */
const char *chronyc_last_words(void);
/* To be polled for reading; -1: none. */
int chronyc_fd(void);
/* When to check whether it takes too long. */
int64_t chronyc_deadline(void);
void chronyc_kill(void);

#endif /* _HOSTCLOCK_NOTIFY_CHRONYC_H */
