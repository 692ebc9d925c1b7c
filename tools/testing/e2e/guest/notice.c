// SPDX-License-Identifier: GPL-2.0
/*
 * When does a guest notice that its pages have something new?  Sleeps in poll()
 * on the device and on daemons' logs until it is killed.
 *
 *	notice DEVICE [LOG ...]	LOG: a FIFO to which a daemon writes its log
 *
 * Prints, once it has been quiet for a while, what happened and at which TSC:
 *
 *	poll TSC		on the device
 *	line TSC LOG TEXT
 *	quiet TSC TIMER RINGS	timer interrupts and rings so far
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hostclock/userspace.h>
#include <hostclock/vmclock.h>

#include "check.h"
#include "wakeups.h"

#define MAX_FILES	5
#define LINE_SIZE	512
/* Printing takes the CPU that others need to notice the same. */
#define QUIET_MS	500

/* The first is the device. */
static struct file {
	const char *name;
	char line[LINE_SIZE];
	size_t length;
} files[MAX_FILES];

static void print_counts(void)
{
	FILE *file = fopen("/sys/class/misc/hostclock0/rings", "r");
	struct wakeups w;
	char rings[16];

	if (!file || fscanf(file, "%15s", rings) != 1)
		die("no count of rings");
	fclose(file);
	wakeups_count(&w);
	printf("quiet %llu %ld %s\n", (unsigned long long)hostclock_rdtsc(),
	       w.timer, rings);
	fflush(stdout);
}

static void see_device(int fd, u64 tsc)
{
	struct hostclock_vmclock vc;

	/* EAGAIN: it is being written just now, and says so again */
	if (pread(fd, &vc, sizeof(vc), 0) < 0 && errno != EAGAIN)
		die("cannot read the device");
	printf("poll %llu\n", (unsigned long long)tsc);
}

static void see_log(struct file *log, int fd, u64 tsc)
{
	ssize_t n = read(fd, log->line + log->length,
			 LINE_SIZE - 1 - log->length);
	char *end, *line = log->line;

	if (n <= 0)
		return;
	log->line[log->length += n] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		printf("line %llu %s %s\n", (unsigned long long)tsc, log->name,
		       line);
		line = end + 1;
	}
	log->length = strlen(line) < LINE_SIZE - 1 ? strlen(line) : 0;
	memmove(log->line, line, log->length);
}

/* Before anybody else: what is measured is when others could have. */
static void be_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("cannot have a real-time priority");
}

int main(int argc, char **argv)
{
	static char output[1 << 16];
	struct pollfd fds[MAX_FILES];
	int i, ready, n = argc - 1;

	if (n < 1 || n > MAX_FILES) {
		fprintf(stderr, "usage: notice DEVICE [LOG ...]\n");
		return 2;
	}
	be_first();
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	for (i = 0; i < n; i++) {
		files[i].name = strrchr(argv[i + 1], '/') + 1;
		/* a FIFO that is open for writing, too, has no end */
		fds[i].fd = open(argv[i + 1],
				 (i ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
		fds[i].events = POLLIN;
		if (fds[i].fd < 0)
			die("cannot open %s", argv[i + 1]);
	}
	for (;;) {
		ready = poll(fds, n, QUIET_MS);
		if (!ready) {
			print_counts();
			ready = poll(fds, n, -1);
		}
		u64 tsc = hostclock_rdtsc();

		if (ready > 0 && fds[0].revents)
			see_device(fds[0].fd, tsc);
		for (i = 1; i < n && ready > 0; i++) {
			if (fds[i].revents)
				see_log(&files[i], fds[i].fd, tsc);
		}
	}
}
