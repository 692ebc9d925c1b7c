/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading another process's memory, which hangs for as long as whoever serves its pages
 * likes.  A process does that for us.  One does it for all, until it hangs: it is then
 * left to the VM whose memory it reads, and the others get a new one.
 */
#ifndef HOSTCLOCKD_READER_H
#define HOSTCLOCKD_READER_H

#include <sys/types.h>

#include <hostclock/platform.h>

/* Bytes at a time. */
#define READER_MAX	64

/**
 * struct reader - who reads a process's memory
 * @pid:	a process of its own, 0 if the one for all does
 * @fd:		the socket to it
 * @waiting:	it has not answered yet
 */
struct reader {
	pid_t pid;
	int fd;
	bool waiting;
};

ssize_t reader_read(struct reader *r, int mem, u64 address, void *data, size_t size);
void reader_close(struct reader *r);

#endif /* HOSTCLOCKD_READER_H */
