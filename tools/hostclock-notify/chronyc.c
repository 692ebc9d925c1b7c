// SPDX-License-Identifier: GPL-2.0
/* A chronyc that takes commands one after the other.  See chronyc.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chronyc.h"

/* chronyc gives up by itself after some 7 s without an answer. */
#define LIMIT_NS	(10 * NSEC_PER_SEC)

static struct {
	struct child child;
	int in, out;		/* our ends of its pipes, -1: closed */
	char buffer[256];	/* read, the line returned last included */
	size_t length, used;
	char last[256];
} chronyc = { .in = -1, .out = -1 };

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_pipes(int in[2], int out[2])
{
	if (pipe2(in, O_CLOEXEC))
		return -1;
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	return fcntl(out[0], F_SETFL, O_NONBLOCK);
}

int chronyc_start(const struct chrony_options *o)
{
	/* By default it also tries UDP, which does not permit these commands. */
	char *argv[4] = { (char *)o->chronyc, "-h", (char *)o->socket };
	int in[2], out[2];
	int ret, error;

	if (chronyc.child.pid)
		return 0;
	if (open_pipes(in, out))
		return -1;
	ret = child_start(&chronyc.child, "chronyc", argv, in[0], out[1]);
	error = errno;
	close(in[0]);
	close(out[1]);
	chronyc.in = in[1];
	chronyc.out = out[0];
	chronyc.length = 0;
	chronyc.used = 0;
	chronyc.last[0] = 0;
	if (ret) {
		close_end(&chronyc.in);
		close_end(&chronyc.out);
		errno = error;
	}
	return ret;
}

int chronyc_send(const char *command)
{
	char line[128];
	int length = snprintf(line, sizeof(line), "%s\n", command);

	chronyc.child.deadline_ns = now_ns() + LIMIT_NS;
	/* Less than PIPE_BUF, into a pipe that has at most one before it. */
	return write(chronyc.in, line, length) == length ? 0 : -1;
}

/* More of what it writes.  A line that is too long is cut. */
static bool read_more(void)
{
	ssize_t length;

	memmove(chronyc.buffer, chronyc.buffer + chronyc.used,
		chronyc.length - chronyc.used);
	chronyc.length -= chronyc.used;
	chronyc.used = 0;
	if (chronyc.length == sizeof(chronyc.buffer) - 1)
		chronyc.length = 0;
	if (chronyc.out < 0)
		return false;
	length = read(chronyc.out, chronyc.buffer + chronyc.length,
		      sizeof(chronyc.buffer) - 1 - chronyc.length);
	if (!length)
		close_end(&chronyc.out);
	if (length <= 0)
		return false;
	chronyc.length += length;
	return true;
}

const char *chronyc_line(void)
{
	char *line, *end;

	child_check(&chronyc.child);
	do {
		line = chronyc.buffer + chronyc.used;
		end = memchr(line, '\n', chronyc.length - chronyc.used);
	} while (!end && read_more());
	if (!end)
		return NULL;
	*end = 0;
	chronyc.used = end + 1 - chronyc.buffer;
	snprintf(chronyc.last, sizeof(chronyc.last), "%s", line);
	chronyc.child.deadline_ns = NEVER_NS;
	return line;
}

bool chronyc_ended(void)
{
	int status;

	if (chronyc.out >= 0 || !child_ended(&chronyc.child, &status))
		return false;
	if (!chronyc.last[0])
		child_explain(status, chronyc.last, sizeof(chronyc.last));
	close_end(&chronyc.in);
	return true;
}

bool chronyc_running(void)
{
	return chronyc.child.pid;
}

const char *chronyc_last_words(void)
{
	return chronyc.last;
}

int chronyc_fd(void)
{
	return chronyc.out;
}

int64_t chronyc_deadline(void)
{
	return chronyc.child.pid ? chronyc.child.deadline_ns : NEVER_NS;
}

void chronyc_kill(void)
{
	child_kill(&chronyc.child);
	close_end(&chronyc.in);
	close_end(&chronyc.out);
}
