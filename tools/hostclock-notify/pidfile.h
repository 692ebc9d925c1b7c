/* SPDX-License-Identifier: GPL-2.0 */
/* A file that has the process ID, and is locked as long as that runs. */
#ifndef _HOSTCLOCK_NOTIFY_PIDFILE_H
#define _HOSTCLOCK_NOTIFY_PIDFILE_H

/* Return: a descriptor; -1 with errno set, EWOULDBLOCK: another holds it. */
int pidfile_open(const char *path);
int pidfile_write(int fd, const char *path);
void pidfile_remove(void);

#endif /* _HOSTCLOCK_NOTIFY_PIDFILE_H */
