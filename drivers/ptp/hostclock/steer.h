/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_STEER_H
#define _HOSTCLOCK_STEER_H

#include <linux/sched.h>
#include <linux/types.h>

/* "NAME (PID)" */
#define HOSTCLOCK_STEER_BY_LEN	(TASK_COMM_LEN + 16)

int hostclock_steer_ask(unsigned int modes);
void hostclock_steer_by(char by[HOSTCLOCK_STEER_BY_LEN]);
void hostclock_steer_forget(void);
const char *hostclock_steer_name(void);
int hostclock_steer_set(const char *name);
void hostclock_steer_set_asked(bool asked);

#endif /* _HOSTCLOCK_STEER_H */
