/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FORBID_H
#define _FORBID_H

/* From now on a system call that tells time kills the process (SIGSYS). */
void forbid_time_syscalls(void);

#endif /* _FORBID_H */
