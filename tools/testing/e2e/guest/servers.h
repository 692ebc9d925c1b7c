/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SERVERS_H
#define _SERVERS_H

#include <stdbool.h>

/*
 * Stop the scheduler's servers of ordinary tasks, if the kernel has any.  They mistake a leap
 * of MONOTONIC, for once in hundreds: their timer may be started while its callback waits for
 * the run queue, which then forwards a queued timer, and warns.
 *
 * Return: whether they could be stopped; sets errno.
 */
bool servers_stop(void);

#endif /* _SERVERS_H */
