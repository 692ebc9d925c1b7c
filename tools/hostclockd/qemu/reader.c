// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/errand.h"
#include "base/rate.h"
#include "base/task.h"
#include "reader.h"

/* An answer takes some us; who has not got it by then waits. */
#define SPIN_NS		(100 * 1000)
#define WAIT_NS		(500 * NSEC_PER_MSEC)
/* Who hangs is left to its VM after that; others do not wait for it for so long. */
#define TURN_NS		(20 * NSEC_PER_MSEC)
#define LOOK_NS		(1 * NSEC_PER_MSEC)
/* Readers that are kept when they have nothing to do. */
#define KEPT		4

struct request {
	u64 address;
	u64 size;
};

struct answer {
	s64 n;
	s64 error;
	char data[2][READER_MAX];
};

/* Those for all, and how many others are at work for somebody. */
static struct reader idle[KEPT];
static int at_work;

/* Return: a descriptor, which is the caller's; it ends with the socket. */
static int receive(int fd, struct request *r)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int mem;

	if (poll(&pfd, 1, -1) != 1 || channel_receive(fd, r, sizeof(*r), &mem) != 1)
		_exit(0);
	return mem;
}

/* The process: until we are gone. */
static void serve(int fd)
{
	struct request r;
	struct answer a;
	int mem;

	for (;;) {
		mem = receive(fd, &r);
		memset(&a, 0, sizeof(a));
		if (r.size > READER_MAX)
			_exit(1);
		a.n = pread(mem, a.data[0], r.size, r.address);
		if (a.n == (s64)r.size)
			a.n = pread(mem, a.data[1], r.size, r.address);
		a.error = a.n < 0 ? errno : 0;
		close(mem);
		if (send(fd, &a, sizeof(a), MSG_NOSIGNAL) != sizeof(a))
			_exit(0);
	}
}

static int begin(struct reader *r)
{
	struct problem why;

	if (r->pid)
		return 0;
	r->pid = errand_fork(&r->fd, &why);
	if (!r->pid)
		serve(r->fd);
	if (r->pid > 0)
		return 0;
	r->pid = 0;
	errno = EAGAIN;
	return -1;
}

static int ask(struct reader *r, int mem, u64 address, size_t size)
{
	struct request request = { address, size };

	if (channel_send(r->fd, &request, sizeof(request), mem))
		return -1;
	r->waiting = true;
	return 0;
}

/* Return: whether there was an answer; if that is the end, r->pid is 0 then. */
static bool hear(struct reader *r, struct answer *a)
{
	ssize_t n = recv(r->fd, a, sizeof(*a), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	r->waiting = false;
	if (n != sizeof(*a)) {
		reader_close(r);
		a->n = -1;
		a->error = EAGAIN;
	}
	return true;
}

/* Soon, mostly: to sleep for that would cost more than it does. */
static bool wait(struct reader *r, struct answer *a)
{
	u64 began = task_now_ns();

	do {
		if (hear(r, a))
			return true;
		sched_yield();
	} while (task_now_ns() - began < SPIN_NS);
	/* Others in between must not have the same socket. */
	return task_wait(r->fd, began + WAIT_NS) && hear(r, a);
}

static ssize_t result(const struct answer *a, void *data, size_t size)
{
	if (a->n == (ssize_t)size) {
		memcpy(data, a->data[0], size);
		memcpy(data + size, a->data[1], size);
	}
	errno = a->error;
	return a->n;
}

/* One of its own, since it has hung.  What is heard is what was asked for last time. */
static ssize_t read_own(struct reader *r, int mem, u64 address, void *data, size_t size)
{
	struct answer a;
	ssize_t n;

	if (r->waiting && !hear(r, &a)) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (begin(r) || ask(r, mem, address, size) || !wait(r, &a)) {
		errno = ETIMEDOUT;
		return -1;
	}
	n = result(&a, data, size);
	reader_close(r);
	return n;
}

static bool take_idle(struct reader *r)
{
	int i;

	for (i = 0; i < KEPT; i++) {
		if (idle[i].pid) {
			*r = idle[i];
			memset(&idle[i], 0, sizeof(idle[i]));
			return true;
		}
	}
	return false;
}

/* One that has nothing to do; a new one if those that are at work do not come back. */
static int take(struct reader *r)
{
	u64 deadline_ns = task_now_ns() + TURN_NS;

	while (!take_idle(r)) {
		if (!at_work || !task_inside() || task_now_ns() >= deadline_ns)
			return begin(r);
		task_sleep(LOOK_NS);
	}
	return 0;
}

static void give_back(struct reader *r)
{
	int i;

	for (i = 0; i < KEPT; i++) {
		if (!idle[i].pid) {
			idle[i] = *r;
			return;
		}
	}
	reader_close(r);
}

/**
 * reader_read - read another process's memory, twice
 * @r: who reads for that VM; all 0 at first
 * @mem: /proc/PID/mem
 * @address: where
 * @data: where to, one behind the other
 * @size: READER_MAX at most, each time
 *
 * Return: as from pread(); with ETIMEDOUT if that hangs.
 */
ssize_t reader_read(struct reader *r, int mem, u64 address, void *data, size_t size)
{
	struct reader mine = { .pid = 0 };
	struct answer a;
	bool heard;

	if (r->pid)
		return read_own(r, mem, address, data, size);
	if (take(&mine))
		return -1;
	if (ask(&mine, mem, address, size)) {
		reader_close(&mine);
		errno = EAGAIN;
		return -1;
	}
	at_work++;
	heard = wait(&mine, &a);
	at_work--;
	if (!heard) {
		*r = mine;
		errno = ETIMEDOUT;
		return -1;
	}
	if (mine.pid)
		give_back(&mine);
	return result(&a, data, size);
}

/* Nobody reads for it any more. */
void reader_close(struct reader *r)
{
	if (!r->pid)
		return;
	close(r->fd);
	errand_lose(r->pid);
	memset(r, 0, sizeof(*r));
}
