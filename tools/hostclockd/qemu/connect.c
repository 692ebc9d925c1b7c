// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/lookup.h"
#include "base/rate.h"
#include "base/task.h"
#include "connect.h"

/* For a listener that has no room for one more. */
#define FULL_MS		5

/* A process's name, as far as it is known. */
static void name_of(pid_t pid, char name[32])
{
	char path[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, 31);
		close(fd);
	}
	name[n > 0 ? n : 0] = '\0';
	for (; *name; name++) {
		if (*name < ' ' || *name > '~')
			*name = name[1] ? '?' : '\0';
	}
}

/* Is it that process's, and not another one's that was put in its place? */
static int check_peer(int fd, const char *path, pid_t pid, struct problem *why)
{
	struct ucred cred = { .pid = 0 };
	socklen_t len = sizeof(cred);
	char name[32];

	if (!pid)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return problem_errno(why, "%s: cannot tell whose it is", path);
	if (cred.pid == pid)
		return 0;
	name_of(cred.pid, name);
	return problem_set(why,
			   "%s: is not process %d's, but was made by process %d (%s, of user %u); name the QMP socket that this QEMU itself made",
			   path, pid, cred.pid, name, cred.uid);
}

/* A listener whose queue is full says so at once; it may be just starting. */
static int connect_by(int fd, const struct sockaddr_un *sun, u64 deadline_ns)
{
	while (connect(fd, (const struct sockaddr *)sun, sizeof(*sun))) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || task_now_ns() >= deadline_ns)
			return -1;
		task_sleep(FULL_MS * NSEC_PER_MSEC);
	}
	return 0;
}

/* Whether it will be there in a moment, or is not for us. */
static void cannot_connect(const char *path, struct problem *why)
{
	int error = errno;

	problem_errno(why, "%s: cannot connect to the QEMU's QMP socket%s", path,
		      error != EACCES && error != EPERM ? "" :
		      " (hostclockd needs CAP_DAC_OVERRIDE, or a group that may write to it)");
	why->again = error == ENOENT || error == ECONNREFUSED || error == EAGAIN ||
		     error == ETIMEDOUT || error == EMFILE || error == ENFILE;
}

static int connect_found(int found, const char *path, pid_t pid, u64 deadline_ns,
			 struct problem *why)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (fd < 0)
		return problem_errno(why, "socket");
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d", found);
	if (connect_by(fd, &sun, deadline_ns))
		cannot_connect(path, why);
	else if (!check_peer(fd, path, pid, why))
		return fd;
	close(fd);
	return -1;
}

/**
 * connect_monitor - connect to a QEMU's QMP socket
 * @path: the socket
 * @pid: the process that must have made it, 0 if that is not known
 * @timeout_ms: how long it may have no room for one more
 * @why: what went wrong
 *
 * Return: a descriptor that does not block; or -1.
 */
int connect_monitor(const char *path, pid_t pid, unsigned int timeout_ms,
		    struct problem *why)
{
	u64 deadline_ns = task_now_ns() + timeout_ms * NSEC_PER_MSEC;
	int found, fd;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return problem_set(why, "%s: too long for a socket's name", path);
	found = lookup(path);
	if (found < 0) {
		cannot_connect(path, why);
		return -1;
	}
	fd = connect_found(found, path, pid, deadline_ns, why);
	close(found);
	return fd;
}
