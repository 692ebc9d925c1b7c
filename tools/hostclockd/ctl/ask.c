// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control.h"
#include "ctl.h"

/* hostclockd answers at once, but may be talking to a monitor. */
#define TIMEOUT_SEC	15

/* Is it answered by root, by this user, or by whose directory it is? */
static bool is_trusted(int fd, int dir_fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct stat st;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) || fstat(dir_fd, &st))
		return false;
	return !cred.uid || cred.uid == geteuid() || cred.uid == st.st_uid;
}

/* By way of a descriptor, so that the directory's name may be of any length. */
static int connect_to(int fd, const char *dir)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (dir_fd < 0)
		return -1;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s",
		 dir_fd, CONTROL_SOCKET);
	ret = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	if (!ret && !is_trusted(fd, dir_fd)) {
		errno = EPERM;
		ret = -1;
	}
	close(dir_fd);
	return ret;
}

static void cannot_connect(const char *dir, enum ctl_result result, struct problem *why)
{
	if (result == CTL_NOBODY)
		problem_set(why,
			    "%s/%s: no hostclockd to ask: %s; " CTL_ADVICE,
			    dir, CONTROL_SOCKET, strerror(errno));
	else
		problem_errno(why, "%s/%s: cannot ask hostclockd", dir, CONTROL_SOCKET);
}

static enum ctl_result exchange(int fd, const struct ctl *ctl,
				struct json_object **reply, struct problem *why)
{
	static char buffer[CONTROL_MAX];
	const char *text = json_object_to_json_string(ctl->request);
	ssize_t n;

	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) {
		problem_errno(why, "cannot write to hostclockd");
		return errno == EPIPE ? CTL_NOBODY : CTL_FAILED;
	}
	n = recv(fd, buffer, sizeof(buffer) - 1, 0);
	if (!n || (n < 0 && errno == ECONNRESET)) {
		problem_set(why, "hostclockd has ended, or does not talk to this user");
		return CTL_NOBODY;
	}
	if (n < 0) {
		problem_set(why, "no answer from hostclockd within %d s",
			    TIMEOUT_SEC);
		return CTL_FAILED;
	}
	buffer[n] = '\0';
	*reply = json_tokener_parse(buffer);
	if (*reply)
		return CTL_ANSWERED;
	problem_set(why, "hostclockd's answer is not JSON");
	return CTL_FAILED;
}

/**
 * ctl_ask - one question to the exporter
 * @ctl: what to ask whom
 * @reply: where to put the answer, to be given back
 * @why: what went wrong
 *
 * Return: CTL_ANSWERED, or another if there is no answer.
 */
enum ctl_result ctl_ask(const struct ctl *ctl, struct json_object **reply,
			struct problem *why)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_SEC };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int size = CONTROL_MAX;
	enum ctl_result result;

	if (fd < 0) {
		problem_errno(why, "socket");
		return CTL_FAILED;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (connect_to(fd, ctl->dir)) {
		result = errno == ECONNREFUSED || errno == ENOENT ? CTL_NOBODY :
								   CTL_FAILED;
		cannot_connect(ctl->dir, result, why);
	} else {
		result = exchange(fd, ctl, reply, why);
	}
	close(fd);
	return result;
}
