// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attendant.h"
#include "base/files.h"
#include "base/loop.h"
#include "clock/ask.h"
#include "clock/ticks.h"
#include "daemon.h"

static struct watch signals = { .fd = -1 };

static void signal_ready(void *arg)
{
	(void)arg;
	loop_stop();
}

static int watch_signals(struct problem *why)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC);
	signals.ready = signal_ready;
	return signals.fd < 0 ? problem_errno(why, "signalfd") :
				loop_add(&signals, why);
}

int daemon_pidfile(const char *file, struct problem *why)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", getpid());
	return files_replace(AT_FDCWD, file, text, 0644, why);
}

/* The directory, for this exporter alone. */
int daemon_directory(struct exporter *x, struct problem *why)
{
	umask(022);
	x->dir = files_open_dir(x->opt.dir, why);
	if (x->dir < 0)
		return -1;
	x->vm_dir = files_open_subdir(x->dir, "vm", why);
	if (x->vm_dir < 0)
		return -1;
	if (files_lock(x->dir, "lock", why) < 0)
		return -1;
	files_sweep(x->dir);
	files_sweep(x->vm_dir);
	return 0;
}

/*
 * Preemption between the last TSC reading and publishing would make it publish late.
 * It runs for some us ten times a second, so this starves nobody.
 */
int daemon_priority(int priority, struct problem *why)
{
	struct sched_param param = { .sched_priority = priority };

	/* Page faults would delay it as well.  Locking memory may be forbidden. */
	mlockall(MCL_CURRENT);
	if (priority && sched_setscheduler(0, SCHED_FIFO, &param))
		return problem_errno(why,
				     "--priority %d: cannot get it (CAP_SYS_NICE, or RLIMIT_RTPRIO)",
				     priority);
	return 0;
}

/* With the clock in the same process. */
static struct clock *clock_here;

static int ask_here(const struct ask *ask, int fd, struct problem *why)
{
	return ask_serve(clock_here, ask, fd, why);
}

static int set_up(struct clock *clk, struct exporter *x,
		  const struct clock_parts *parts, struct problem *why)
{
	static struct board board;

	clk->opt = &x->opt;
	clk->changed = attendant_look;
	clk->arg = x;
	clock_here = clk;
	x->board = &board;
	x->ask = ask_here;
	if (loop_open(why) || watch_signals(why) || daemon_directory(x, why) ||
	    clock_open(clk, x->dir, parts, why) || ticks_open(clk, &board, why) ||
	    attendant_open(x, why))
		return -1;
	if (x->opt.pidfile && daemon_pidfile(x->opt.pidfile, why))
		return -1;
	return daemon_priority(x->opt.priority, why);
}

/**
 * daemon_run - be hostclockd, in one process
 * @clk: the clock
 * @x: the exporter, with its options
 * @parts: how the clock is another one than usual
 *
 * Return: its exit status.
 */
int daemon_run(struct clock *clk, struct exporter *x, const struct clock_parts *parts)
{
	struct problem why = { .again = false };

	if (set_up(clk, x, parts, &why)) {
		say("%s", why.text);
		return EXIT_FAILURE;
	}
	puts("hostclockd: ready");
	fflush(stdout);
	loop_run(attendant_look, attendant_dispatched, x);
	attendant_close(x);
	clk->src->close(clk->src);
	if (x->opt.pidfile)
		unlink(x->opt.pidfile);
	return EXIT_SUCCESS;
}
