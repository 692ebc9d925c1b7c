/* SPDX-License-Identifier: GPL-2.0 */
/* Where a running program's writable data is. */
#ifndef HOSTCLOCKD_QEMUELF_H
#define HOSTCLOCKD_QEMUELF_H

#include <sys/types.h>

#include <hostclock/platform.h>

#include "base/report.h"

/**
 * struct elf_data - a process's main program
 * @bias:	where it is loaded, relative to what the file says
 * @start:	address of its writable segment (.data, .bss) in the process
 * @size:	bytes
 * @key:	names the build: device, inode, size and times of the file, if only root
 *		can change it; else ""
 */
struct elf_data {
	u64 bias;
	u64 start;
	u64 size;
	char key[128];
};

int elf_data_find(pid_t pid, struct elf_data *d, pid_t *lost, struct problem *why);

#endif /* HOSTCLOCKD_QEMUELF_H */
