// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket.h"

#define BACKLOG	128

/**
 * socket_listen - listen on a Unix socket, for its owner and root
 * @dir: the directory
 * @name: of the socket, at most SOCKET_NAME_MAX characters; one that is there is
 *	replaced
 * @type: SOCK_SEQPACKET or SOCK_STREAM, and flags
 * @why: what went wrong
 *
 * Bound by way of the directory's descriptor: no link in the path matters, and
 * the path may be longer than a socket's name.
 *
 * Return: a descriptor, or -1.
 */
int socket_listen(int dir, const char *name, int type, struct problem *why)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	mode_t mask;
	int bad;

	if (fd < 0)
		return problem_errno(why, "socket");
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%.*s",
		 dir, SOCKET_NAME_MAX, name);
	unlinkat(dir, name, 0);
	mask = umask(0177);
	bad = bind(fd, (struct sockaddr *)&sun, sizeof(sun)) ||
	      listen(fd, BACKLOG);
	umask(mask);
	if (bad) {
		problem_errno(why, "%s: cannot listen", name);
		close(fd);
		return -1;
	}
	return fd;
}
