// SPDX-License-Identifier: GPL-2.0
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"
#include "now.h"

static int epoll = -1;
/* The soonest first. */
static struct timer *timers;
static bool stopping;

int loop_open(struct problem *why)
{
	struct timespec none = { 0 };
	struct epoll_event ev;

	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return problem_errno(why, "epoll_create1");
	if (epoll_pwait2(epoll, &ev, 1, &none, NULL) < 0)
		return problem_errno(why, "epoll_pwait2, of Linux 5.11 and later");
	return 0;
}

int loop_add(struct watch *w, struct problem *why)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, w->fd, &ev))
		return problem_errno(why, "epoll_ctl");
	return 0;
}

/* A process just forked waits for nothing of its parent's. */
void loop_close(void)
{
	close(epoll);
	epoll = -1;
	timers = NULL;
}

/* Stop waiting for it. */
void loop_forget(struct watch *w)
{
	epoll_ctl(epoll, EPOLL_CTL_DEL, w->fd, NULL);
}

/* The same, and close it. */
void loop_remove(struct watch *w)
{
	if (w->fd < 0)
		return;
	loop_forget(w);
	close(w->fd);
	w->fd = -1;
}

/* Is the first timer due? */
static bool timer_is_due(void)
{
	return timers && now_ns(CLOCK_MONOTONIC) >= timers->at_ns;
}

/* One event, until the first timer is due, or for so long: -1 is for ever. */
static struct watch *wait_event(s64 most_ns)
{
	struct timespec ts;
	struct epoll_event ev;
	s64 ns = most_ns;

	if (timers) {
		ns = timers->at_ns - now_ns(CLOCK_MONOTONIC);
		ns = ns < 0 ? 0 : ns;
		ns = most_ns >= 0 && most_ns < ns ? most_ns : ns;
	}
	ts.tv_sec = ns / NSEC_PER_SEC;
	ts.tv_nsec = ns % NSEC_PER_SEC;
	return epoll_pwait2(epoll, &ev, 1, ns < 0 ? NULL : &ts, NULL) == 1 ? ev.data.ptr : NULL;
}

static void unlink_timer(struct timer *t)
{
	struct timer **link = &timers;

	while (*link && *link != t)
		link = &(*link)->next;
	if (*link)
		*link = t->next;
}

static void link_timer(struct timer *t)
{
	struct timer **link = &timers;

	while (*link && (*link)->at_ns <= t->at_ns)
		link = &(*link)->next;
	t->next = *link;
	*link = t;
}

/* The first timer, which is due.  What it has missed it does once. */
static void run_timer(void)
{
	struct timer *t = timers;
	u64 late_ns = now_ns(CLOCK_MONOTONIC) - t->at_ns;

	timers = t->next;
	if (t->every_ns) {
		t->at_ns += (late_ns / t->every_ns + 1) * t->every_ns;
		link_timer(t);
	}
	t->due(t->arg);
}

/*
 * @before, one event, since its handler may remove other watches, and @after; then the same
 * for a timer, so that neither keeps the other from being served.
 */
void loop_run(void (*before)(void *arg), void (*after)(void *arg), void *arg)
{
	struct watch *w;

	while (!stopping) {
		w = wait_event(-1);
		if (w) {
			before(arg);
			w->ready(w->arg);
			after(arg);
		}
		if (stopping || !timer_is_due())
			continue;
		before(arg);
		run_timer();
		after(arg);
	}
}

/* One event or timer, if there is one so soon.  Return: whether there was. */
bool loop_once(u64 within_ns)
{
	struct watch *w;

	if (stopping)
		return false;
	w = wait_event(within_ns);
	if (w)
		w->ready(w->arg);
	else if (timer_is_due())
		run_timer();
	else
		return false;
	return true;
}

void loop_stop(void)
{
	stopping = true;
}

/* It is due in @first_ns, then every @every_ns; 0: never, or once. */
void loop_timer_set(struct timer *t, u64 first_ns, u64 every_ns)
{
	unlink_timer(t);
	if (!first_ns)
		return;
	t->at_ns = now_ns(CLOCK_MONOTONIC) + first_ns;
	t->every_ns = every_ns;
	link_timer(t);
}
