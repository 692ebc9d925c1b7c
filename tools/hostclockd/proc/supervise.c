// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/loop.h"
#include "base/names.h"
#include "base/rate.h"
#include "child.h"
#include "daemon.h"
#include "family.h"
#include "notify.h"
#include "supervise.h"

/* How often it is looked whether the children get round, at least. */
#define LOOK_NS		(2 * NSEC_PER_SEC)
/* One that has not for so long hangs: longer than any guest's trouble takes. */
#define CLOCK_HANGS_NS		(6 * NSEC_PER_SEC)
#define ATTENDANT_HANGS_NS	(16 * NSEC_PER_SEC)
/* How long children may take to end, and to die. */
#define END_NS		(2 * NSEC_PER_SEC)
#define DIE_NS		(NSEC_PER_SEC / 2)

static struct shared shared;
static struct watch signals = { .fd = -1 };
static struct timer look_timer, end_timer;
static int exit_status;
static bool told_ready, killed;
static u64 look_ns;

/**
 * struct pulse - whether a child gets round
 * @count:	what it counted when last looked at
 * @still_ns:	for how long it has counted nothing since
 */
static struct pulse {
	u64 count;
	u64 still_ns;
} pulses[ROLES];

static void end(int status)
{
	exit_status = status;
	notify("STOPPING=1\nSTATUS=ending");
	loop_timer_set(&end_timer, END_NS, 0);
	family_end();
}

static void end_due(void *arg)
{
	(void)arg;
	if (killed) {
		loop_stop();
		return;
	}
	killed = true;
	family_abandon();
	loop_timer_set(&end_timer, DIE_NS, 0);
}

static void signal_ready(void *arg)
{
	struct signalfd_siginfo info;

	(void)arg;
	if (read(signals.fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		family_reap();
	else
		end(EXIT_SUCCESS);
}

static void tell_status(const char *first)
{
	static struct clock_view view;
	const struct process *c = shared.table->children;

	board_read(shared.board, &view);
	notify("%sSTATUS=clock pages are %s; restarts: %llu of the clock, %llu of the attendant",
	       first, names_status[view.pages[0].params.status % 5],
	       (unsigned long long)c[ROLE_CLOCK].restarts,
	       (unsigned long long)c[ROLE_ATTENDANT].restarts);
}

static void forked(void)
{
	loop_remove(&signals);
}

static void child_is_ready(enum role role)
{
	pulses[role].still_ns = 0;
	if (told_ready)
		return;
	if (role == ROLE_CLOCK) {
		family_start(ROLE_ATTENDANT);
		return;
	}
	told_ready = true;
	puts("hostclockd: ready");
	fflush(stdout);
	tell_status("READY=1\n");
}

static void child_failed(void)
{
	end(EXIT_FAILURE);
}

/* Return: whether it has got round since the last look. */
static bool is_alive(enum role role, u64 count)
{
	struct pulse *p = &pulses[role];
	bool alive = family_is_ready(role) && count != p->count;

	p->count = count;
	p->still_ns = alive ? 0 : p->still_ns + look_ns;
	return alive;
}

static u64 updates(void)
{
	static struct clock_view view;

	board_read(shared.board, &view);
	return view.stats.count;
}

static void look(void *arg)
{
	bool updated;

	(void)arg;
	updated = is_alive(ROLE_CLOCK, updates());
	is_alive(ROLE_ATTENDANT, READ_ONCE(shared.table->beats));
	if (family_is_ready(ROLE_CLOCK) && pulses[ROLE_CLOCK].still_ns >= CLOCK_HANGS_NS)
		family_kill(ROLE_CLOCK, "does not update the clock pages");
	if (family_is_ready(ROLE_ATTENDANT) &&
	    pulses[ROLE_ATTENDANT].still_ns >= ATTENDANT_HANGS_NS)
		family_kill(ROLE_ATTENDANT, "hangs");
	if (updated && told_ready)
		tell_status("WATCHDOG=1\n");
}

static int watch_signals(struct problem *why)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals.ready = signal_ready;
	return signals.fd < 0 ? problem_errno(why, "signalfd") : loop_add(&signals, why);
}

static void watch_children(void)
{
	u64 watchdog_ns = notify_watchdog_ns();

	look_ns = watchdog_ns && watchdog_ns / 3 < LOOK_NS ? watchdog_ns / 3 : LOOK_NS;
	look_timer.due = look;
	end_timer.due = end_due;
	loop_timer_set(&look_timer, look_ns, look_ns);
}

static void show_ourselves(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	shared.table->supervisor.pid = getpid();
	shared.table->supervisor.started_ns = (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int set_up(const struct options *opt, struct problem *why)
{
	static const struct family_calls calls = {
		forked, child_is_ready, child_failed, loop_stop
	};
	struct start start = { .opt = opt, .shared = &shared, .supervisor = getpid() };

	if (loop_open(why) || watch_signals(why) ||
	    confine_find_user(opt->user, &start.user, why) ||
	    daemon_directory(opt->dir, &start.d, why) ||
	    shared_open(&shared, why) ||
	    (opt->pidfile && daemon_pidfile(opt->pidfile, why)))
		return -1;
	family_open(&start, &calls);
	watch_children();
	show_ourselves();
	return 0;
}

/**
 * supervise - be hostclockd
 * @opt: options
 *
 * Return: its exit status.
 */
int supervise(const struct options *opt)
{
	struct problem why = { .again = false };

	if (set_up(opt, &why)) {
		say("%s", why.text);
		return EXIT_FAILURE;
	}
	family_start(ROLE_CLOCK);
	loop_run(child_nothing, child_nothing, NULL);
	if (opt->pidfile)
		unlink(opt->pidfile);
	return exit_status;
}
