// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/aio_abi.h>

#include "ring.h"

/* More than are ever under way, which is none: each has ended when it is submitted. */
#define EVENTS	8

/* 0, which the kernel refuses, if there is none. */
static aio_context_t context;
/* What there is to read: nothing. */
static int nothing = -1;

int ring_open(struct problem *why)
{
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0)
		return problem_errno(why, "/dev/null");
	if (syscall(SYS_io_setup, EVENTS, &context))
		return problem_errno(why,
				     "io_setup, for doorbells (no CONFIG_AIO, or fs.aio-max-nr used up?)");
	return 0;
}

/* Forget those that have ended. */
static void reap(void)
{
	struct io_event events[EVENTS];
	struct timespec now = { 0, 0 };

	syscall(SYS_io_getevents, context, 0L, (long)EVENTS, events, &now);
}

/**
 * ring_eventfd - add 1 to an eventfd, if there is room
 * @fd: the eventfd
 *
 * The kernel signals it at the end of an asynchronous read, and has to do that without
 * waiting.
 *
 * Return: 0, or -1 with errno set.
 */
int ring_eventfd(int fd)
{
	struct iocb cb = {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = nothing,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = fd,
	};
	struct iocb *list[] = { &cb };
	long n;

	n = syscall(SYS_io_submit, context, 1L, list);
	if (n < 0 && errno == EAGAIN) {
		reap();
		n = syscall(SYS_io_submit, context, 1L, list);
	}
	reap();
	return n == 1 ? 0 : -1;
}
