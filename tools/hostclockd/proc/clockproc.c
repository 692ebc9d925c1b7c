// SPDX-License-Identifier: GPL-2.0
/*
 * The clock process.  It is told what to do by the attendant alone, in messages of one size,
 * of which it takes so many between two updates; whatever these are, it goes on updating.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/loop.h"
#include "base/rate.h"
#include "child.h"
#include "clock/ask.h"
#include "clock/open.h"
#include "clock/ticks.h"
#include "start.h"

/* Messages at a time, and in PAUSE_NS: 1000 private guests, of 3 each, are taken up in 1.2 s. */
#define BATCH		16
#define MOST		256
#define PAUSE_NS	100000000ULL
/* What the stack may take. */
#define STACK_SIZE	(64 << 10)

static struct clock clk;
static struct watch requests = { .fd = -1 };
static struct timer pause_timer;
static int requests_fd;
static unsigned int served;

static void tell(u32 serial, int bad, const struct problem *why)
{
	static struct answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.serial = serial;
	answer.bad = !!bad;
	if (bad)
		answer.why = *why;
	/* Who does not listen hears nothing. */
	channel_send(requests_fd, &answer, sizeof(answer), -1);
}

static void changed(void *arg)
{
	(void)arg;
	tell(0, 0, NULL);
}

/* Take no more until the timer is due, which then runs once. */
static void pause_requests(void)
{
	loop_forget(&requests);
	loop_timer_set(&pause_timer, PAUSE_NS, 0);
}

static void pause_over(void *arg)
{
	struct problem why;

	(void)arg;
	if (served >= MOST && loop_add(&requests, &why))
		say("%s", why.text);
	served = 0;
}

static void serve(const struct ask *ask, int fd)
{
	struct problem why = { .again = false };
	int bad = ask_serve(&clk, ask, fd, &why);

	if (fd >= 0)
		close(fd);
	tell(ask->serial, bad, &why);
}

static void requests_ready(void *arg)
{
	struct ask ask;
	int i, fd;

	(void)arg;
	if (!served)
		loop_timer_set(&pause_timer, PAUSE_NS, 0);
	for (i = 0; i < BATCH; i++) {
		if (channel_receive(requests_fd, &ask, sizeof(ask), &fd) != 1)
			return;
		serve(&ask, fd);
		if (++served == MOST) {
			pause_requests();
			return;
		}
	}
}

static int listen_to(int end, struct problem *why)
{
	requests_fd = end;
	requests.fd = end;
	requests.ready = requests_ready;
	pause_timer.due = pause_over;
	return loop_add(&requests, why);
}

/* A page fault would delay an update.  Locking memory may be forbidden. */
static void stay_in_memory(void)
{
	char stack[STACK_SIZE];

	explicit_bzero(stack, sizeof(stack));
	mlockall(MCL_CURRENT);
}

/*
 * Preemption between the last TSC reading and publishing would make it publish late.
 * It runs for some us ten times a second, so this starves nobody.
 */
static int take_priority(int priority, struct problem *why)
{
	struct sched_param param = { .sched_priority = priority };

	if (!priority || !sched_setscheduler(0, SCHED_FIFO, &param))
		return 0;
	problem_errno(why, "--priority %d: cannot get it (CAP_SYS_NICE, or RLIMIT_RTPRIO)",
		      priority);
	if (sched_getscheduler(0) != SCHED_FIFO || sched_getparam(0, &param))
		return -1;
	/* As a unit has it that restricts them. */
	if (param.sched_priority != priority)
		say("%s; it stays %d (CPUSchedulingPriority= in hostclockd.service)", why->text,
		    param.sched_priority);
	return 0;
}

static int set_up(const struct start *s, struct problem *why)
{
	static const struct clock_parts parts = { .any_clock = false };

	close(s->shared->ends[ROLE_ATTENDANT]);
	close(s->d.vm_dir);
	clk.opt = s->opt;
	clk.changed = changed;
	if (take_priority(s->opt->priority, why) ||
	    child_begin("hostclock-clock", s->lifeline, why) ||
	    clock_open(&clk, s->d.dir, &parts, why) ||
	    listen_to(s->shared->ends[ROLE_CLOCK], why) ||
	    ticks_open(&clk, s->shared->board, why))
		return -1;
	close(s->d.dir);
	stay_in_memory();
	if (confine_user(&s->user, why) || child_bound(s->supervisor, why))
		return -1;
	return confine_calls(why);
}

/* Be the clock process.  Return: its exit status. */
int clockproc_run(const struct start *s)
{
	struct problem why = { .again = false };

	if (set_up(s, &why)) {
		say("%s", why.text);
		return EXIT_FAILURE;
	}
	child_ready();
	changed(NULL);
	loop_run(child_nothing, child_nothing, NULL);
	return EXIT_SUCCESS;
}
