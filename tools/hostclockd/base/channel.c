// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"

/* Room for one descriptor; the kernel closes what has none. */
union control {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int))];
};

int channel_open(int ends[2], struct problem *why)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
		return problem_errno(why, "socketpair");
	return 0;
}

/* With a descriptor if that is not -1.  Return: 0, or -1 if there is no room. */
int channel_send(int end, const void *message, size_t size, int fd)
{
	struct iovec iov = { (void *)message, size };
	union control control = { .space = { 0 } };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&msg);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(end, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size ? 0 : -1;
}

static int descriptor_of(struct msghdr *msg)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(msg);
	int fd;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/**
 * channel_receive - get a message that is there
 * @end: where to
 * @message: where to put it
 * @size: its size; one of another size is dropped
 * @fd: set to the descriptor that came along, which is the caller's, or to -1
 *
 * Return: 1; 0 if there is none; -1 if the other end is closed.
 */
int channel_receive(int end, void *message, size_t size, int *fd)
{
	struct iovec iov = { message, size };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	*fd = -1;
	n = recvmsg(end, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	*fd = descriptor_of(&msg);
	if (n == (ssize_t)size)
		return 1;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return n ? 0 : -1;
}
