// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attendant.h"
#include "base/files.h"
#include "base/loop.h"
#include "clock/ask.h"
#include "clock/ticks.h"
#include "daemon.h"

/* Children of one that was killed hold the lock until they have ended: some ms. */
#define LOCK_NS		10000000L
#define LOCK_TRIES	100

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

/**
 * daemon_directory - open the directory, for this hostclockd alone
 * @path: its name
 * @d: to be filled in
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int daemon_directory(const char *path, struct directory *d, struct problem *why)
{
	struct timespec pause = { .tv_nsec = LOCK_NS };
	int tries = LOCK_TRIES;

	umask(022);
	d->dir = files_open_dir(path, why);
	if (d->dir < 0)
		return -1;
	d->vm_dir = files_open_subdir(d->dir, "vm", why);
	if (d->vm_dir < 0)
		return -1;
	d->lock = files_lock(d->dir, "lock", why);
	while (d->lock < 0 && why->again && --tries) {
		nanosleep(&pause, NULL);
		d->lock = files_lock(d->dir, "lock", why);
	}
	if (d->lock < 0)
		return -1;
	files_sweep(d->dir);
	files_sweep(d->vm_dir);
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
	struct directory d;

	clk->opt = &x->opt;
	clk->changed = attendant_look;
	clk->arg = x;
	clock_here = clk;
	x->board = &board;
	x->ask = ask_here;
	if (loop_open(why) || watch_signals(why) || daemon_directory(x->opt.dir, &d, why))
		return -1;
	x->dir = d.dir;
	x->vm_dir = d.vm_dir;
	if (clock_open(clk, x->dir, parts, why) || ticks_open(clk, &board, why) ||
	    attendant_open(x, why))
		return -1;
	return x->opt.pidfile ? daemon_pidfile(x->opt.pidfile, why) : 0;
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
