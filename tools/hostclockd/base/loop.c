// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "loop.h"
#include "rate.h"

static int epoll = -1;
static bool stopping;

int loop_open(struct problem *why)
{
	epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll < 0 ? problem_errno(why, "epoll_create1") : 0;
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

/* @before, one event, since its handler may remove other watches, and @after. */
void loop_run(void (*before)(void *arg), void (*after)(void *arg), void *arg)
{
	struct epoll_event ev;
	struct watch *w;

	while (!stopping) {
		if (epoll_wait(epoll, &ev, 1, -1) != 1)
			continue;
		w = ev.data.ptr;
		before(arg);
		w->ready(w->arg);
		after(arg);
	}
}

/* One event, if there is one so soon.  Return: whether there was. */
bool loop_once(int timeout_ms)
{
	struct epoll_event ev;
	struct watch *w;

	if (stopping || epoll_wait(epoll, &ev, 1, timeout_ms) != 1)
		return false;
	w = ev.data.ptr;
	w->ready(w->arg);
	return true;
}

void loop_stop(void)
{
	stopping = true;
}

/* Create a timer, not armed yet.  Return: 0 or -1. */
int loop_timer(struct watch *w, clockid_t clock, struct problem *why)
{
	w->fd = timerfd_create(clock, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->fd < 0)
		return problem_errno(why, "timerfd_create");
	return loop_add(w, why);
}

/* Expire in @first_ns, then every @interval_ns; 0 disarms it, or makes it expire once. */
void loop_timer_set(struct watch *w, u64 first_ns, u64 interval_ns)
{
	struct itimerspec its = {
		.it_value.tv_sec = first_ns / NSEC_PER_SEC,
		.it_value.tv_nsec = first_ns % NSEC_PER_SEC,
		.it_interval.tv_sec = interval_ns / NSEC_PER_SEC,
		.it_interval.tv_nsec = interval_ns % NSEC_PER_SEC,
	};

	timerfd_settime(w->fd, 0, &its, NULL);
}

/* How often it has expired since the last call. */
u64 loop_timer_expired(struct watch *w)
{
	u64 count = 0;

	return read(w->fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}
