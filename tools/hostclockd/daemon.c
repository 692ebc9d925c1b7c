// SPDX-License-Identifier: GPL-2.0
/* Bringing hostclockd up and down. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/loop.h"
#include "base/rate.h"
#include "clock/page.h"
#include "clock/publish.h"
#include "clock/update.h"
#include "control/control.h"
#include "daemon.h"
#include "schedule.h"
#include "vm/doorbell.h"
#include "vm/restore.h"
#include "vm/state.h"

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

static int write_pidfile(const char *file, struct problem *why)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	int bad;

	if (fd < 0)
		return problem_errno(why, "%s: cannot create", file);
	bad = dprintf(fd, "%d\n", getpid()) < 0;
	close(fd);
	return bad ? problem_errno(why, "%s: cannot write", file) : 0;
}

static int open_directory(struct exporter *x, struct problem *why)
{
	x->dir = files_open_dir(x->opt.dir, why);
	if (x->dir < 0)
		return -1;
	x->vm_dir = files_open_subdir(x->dir, "vm", why);
	if (x->vm_dir < 0)
		return -1;
	return files_lock(x->dir, "lock", why) < 0 ? -1 : 0;
}

/* A TSC differs from its nominal frequency by less than one part in this. */
#define KHZ_DRIFT	1000

/*
 * The TSC's frequency in whole kHz, as the kernel and KVM have it, and from it
 * the unit of the scaled pages.
 */
static void set_scale(struct exporter *x)
{
	u64 khz = rate_muldiv(1000000, RATE_ONE, x->sample.raw_rate);
	struct hostclock_tsc tsc = { .frac_bits = HOSTCLOCK_TSC_FRAC_BITS_VMX };

	/* The same boot may be another machine: virtual hosts migrate. */
	if (khz > x->khz + x->khz / KHZ_DRIFT || khz < x->khz - x->khz / KHZ_DRIFT) {
		x->khz = khz;
		x->scaled.ratio = 0;
	}
	x->scale = rate_of(1000000, x->khz);
	tsc.ratio = hostclock_tsc_ratio(NSEC_PER_SEC, x->khz * 1000,
					tsc.frac_bits);
	if (!x->scaled.ratio)
		pages_rescale(x, &tsc);
}

static int open_clock(struct exporter *x, const struct daemon_parts *parts,
		      struct problem *why)
{
	x->src = sampler_open(x->opt.leap_list, x->opt.max_slew_ppb,
			      parts->any_clock, why);
	if (!x->src || x->src->sample(x->src, 0, &x->sample, why))
		return -1;
	if (state_load(x, why))
		return -1;
	set_scale(x);
	if (pages_open(x, why))
		return -1;
	x->continued = update_continues(x);
	if ((parts->clock && parts->clock(x, why)) || update_run(x, LEAD_NS, why))
		return -1;
	return state_restore(x, why);
}

/*
 * Preemption between the last TSC reading and publishing would make it publish late.
 * It runs for some us ten times a second, so this starves nobody.
 */
static int take_priority(int priority, struct problem *why)
{
	struct sched_param param = { .sched_priority = priority };

	/* Page faults would delay it as well.  Locking memory may be forbidden. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (priority && sched_setscheduler(0, SCHED_FIFO, &param))
		return problem_errno(why,
				     "--priority %d: cannot get it (CAP_SYS_NICE, or RLIMIT_RTPRIO)",
				     priority);
	return 0;
}

static int set_up(struct exporter *x, const struct daemon_parts *parts,
		  struct problem *why)
{
	umask(022);
	if (loop_open(why) || watch_signals(why) || open_directory(x, why) ||
	    doorbell_open(x, why) || open_clock(x, parts, why) ||
	    control_open(x, why))
		return -1;
	if (x->opt.pidfile && write_pidfile(x->opt.pidfile, why))
		return -1;
	if (take_priority(x->opt.priority, why))
		return -1;
	return schedule_open(x, why);
}

static void dispatched(void *arg)
{
	state_keep(arg);
}

/**
 * daemon_run - be hostclockd
 * @x: the exporter, with its options
 * @parts: what is not as in any hostclockd
 *
 * Return: its exit status.
 */
int daemon_run(struct exporter *x, const struct daemon_parts *parts)
{
	struct problem why = { .again = false };

	if (set_up(x, parts, &why)) {
		say("%s", why.text);
		return EXIT_FAILURE;
	}
	state_keep(x);
	publish_wait(x);
	puts("hostclockd: ready");
	fflush(stdout);
	loop_run(dispatched, x);
	control_close(x);
	doorbell_close(x);
	x->src->close(x->src);
	if (x->opt.pidfile)
		unlink(x->opt.pidfile);
	return EXIT_SUCCESS;
}
