// SPDX-License-Identifier: GPL-2.0
/*
 * agent DEVICE: does what a sandbox's agent does after a restore: sets CLOCK_REALTIME by
 * one reading of a PTP clock. Nobody tells it: it looks ten times a second whether it is off
 * by more than a second.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

#define LOOK_NS		100000000
/* As the kernel has it: which clock of the process's a descriptor is */
#define FD_TO_CLOCKID(fd) ((~(clockid_t)(fd) << 3) | 3)

int main(int argc, char **argv)
{
	struct timespec device, now;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: agent DEVICE\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("cannot open %s", argv[1]);
	for (;;) {
		if (clock_gettime(FD_TO_CLOCKID(fd), &device) ||
		    clock_gettime(CLOCK_REALTIME, &now))
			die("cannot read %s", argv[1]);
		if (labs(device.tv_sec - now.tv_sec) > 1 &&
		    clock_settime(CLOCK_REALTIME, &device))
			die("cannot set the clock");
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	}
}
