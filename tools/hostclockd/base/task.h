/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: functions that wait for others without keeping the event loop waiting. Each has
 * a stack of its own and goes on when what it waits for is there, or too late.
 *
 * Whatever a task waits for, anything may have changed when it goes on, but for what it
 * keeps others from changing.
 */
#ifndef HOSTCLOCKD_TASK_H
#define HOSTCLOCKD_TASK_H

#include <hostclock/platform.h>

/* Most tasks at a time, and how many of these are left to what somebody waits for. */
#define TASKS_MAX	128
#define TASKS_ASKED	32

void task_start(void (*run)(void *arg), void *arg);
bool task_room(void);
bool task_inside(void);

/* CLOCK_MONOTONIC, which deadlines are of. */
u64 task_now_ns(void);
bool task_wait(int fd, u64 deadline_ns);
void task_sleep(u64 ns);

#endif /* HOSTCLOCKD_TASK_H */
