// SPDX-License-Identifier: GPL-2.0
/*
 * hostclock-notify: waits for disruptions of a guest's clock, and notifies chronyd
 * and hooks.  It sleeps until there is something to do.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "options.h"
#include "pidfile.h"

/* Time before reading again what the host is just writing. */
#define WRITING_NS	(1 * NSEC_PER_MSEC)

enum outcome { GO_ON, DONE, LOST };

struct watch {
	const struct options *options;
	int device_fd;
	int signal_fd;
	struct snapshot seen;
	bool known;		/* what was seen last */
	int64_t reread_ns;	/* or NEVER_NS */
	bool had_event;
};

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* chronyc may have ended */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Return: whether to end. */
static bool read_signals(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			return true;
	return false;
}

static void notify(struct watch *w, unsigned int events, const struct snapshot *s,
		   int64_t since_ns)
{
	const unsigned int resetting = EVENT_BIT(EVENT_GENERATION) |
				       EVENT_BIT(EVENT_DISRUPTION) |
				       EVENT_BIT(EVENT_CLOCK_SET);

	if (!events)
		return;
	/* first: this one is urgent */
	if (events & resetting) {
		chrony_event(&w->options->chrony, s, since_ns);
		chrony_work(&w->options->chrony);
	}
	for (enum event e = 0; e < EVENTS; e++)
		if (events & EVENT_BIT(e))
			say("marker %llu: %s (generation %llu, cause %s, status %s)",
			    (unsigned long long)s->marker, event_names[e],
			    (unsigned long long)s->generation,
			    cause_name(s->cause), s->status);
	hooks_event(events, s);
	w->had_event = true;
}

static enum outcome check_device(struct watch *w)
{
	int64_t since_ns = now_ns();
	struct snapshot s;

	w->reread_ns = NEVER_NS;
	if (!device_read(w->device_fd, &s)) {
		/* The initial state is no event. */
		if (w->known)
			notify(w, device_events(&w->seen, &s), &s, since_ns);
		w->seen = s;
		w->known = true;
		return GO_ON;
	}
	if (errno != EAGAIN)
		return LOST;
	w->reread_ns = since_ns + WRITING_NS;
	return GO_ON;
}

static int64_t work(struct watch *w)
{
	int64_t chrony_ns = chrony_work(&w->options->chrony);
	int64_t hooks_ns = hooks_work(&w->options->hooks);
	int64_t due_ns = chrony_ns < hooks_ns ? chrony_ns : hooks_ns;

	return due_ns < w->reread_ns ? due_ns : w->reread_ns;
}

static int wait_until(struct pollfd *fds, int n, int64_t due_ns)
{
	struct timespec ts = { };
	int64_t left_ns;

	if (due_ns == NEVER_NS)
		return ppoll(fds, n, NULL, NULL);
	left_ns = due_ns - now_ns();
	if (left_ns > 0) {
		ts.tv_sec = left_ns / NSEC_PER_SEC;
		ts.tv_nsec = left_ns % NSEC_PER_SEC;
	}
	return ppoll(fds, n, &ts, NULL);
}

static enum outcome watch(struct watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->signal_fd, .events = POLLIN },
		{ .fd = w->device_fd, .events = POLLIN },
		{ .events = POLLIN },
	};

	for (;;) {
		int64_t due_ns = work(w);
		bool waiting = w->reread_ns != NEVER_NS;

		if (w->options->once && w->had_event && !chrony_busy() &&
		    !hooks_busy())
			return DONE;
		/* While the host writes, the device is readable. */
		fds[1].fd = waiting ? -1 : w->device_fd;
		fds[2].fd = chrony_fd();
		if (wait_until(fds, ARRAY_SIZE(fds), due_ns) < 0 &&
		    errno != EINTR)
			return LOST;
		if (read_signals(w->signal_fd))
			return DONE;
		if (fds[1].fd >= 0 && (fds[1].revents & (POLLHUP | POLLERR)))
			return LOST;
		if ((fds[1].fd >= 0 && fds[1].revents) ||
		    (waiting && now_ns() >= w->reread_ns))
			if (check_device(w) == LOST)
				return LOST;
	}
}

/* Return: 0 with the device open, or how to exit. */
static int find_device(struct watch *w, bool *stop)
{
	static const char hint[] =
		": is the hostclock driver loaded, and are there pages?";
	const char *path = w->options->device;
	bool said = false;

	while ((w->device_fd = device_open(path)) < 0) {
		int error = errno;

		if (error != ENOENT || w->options->no_wait) {
			say("cannot open %s: %s%s", path, strerror(error),
			    error == ENOENT ? hint : "");
			return EXIT_NO_DEVICE;
		}
		if (!said)
			say("waiting for %s", path);
		said = true;
		switch (device_wait(path, w->signal_fd)) {
		case 0:
			break;
		case 1:
			*stop = read_signals(w->signal_fd);
			if (*stop)
				return 0;
			break;
		default:
			say("cannot wait for %s: %s", path, strerror(errno));
			return EXIT_NO_DEVICE;
		}
	}
	return 0;
}

/*
 * The state that it begins with.  Return: 0, or how to exit: a device that is there and tells
 * nothing is not going to.
 */
static int read_first(struct watch *w)
{
	const char *path = w->options->device;

	w->known = !device_read(w->device_fd, &w->seen);
	w->reread_ns = NEVER_NS;
	if (!w->known) {
		int error = errno;

		w->reread_ns = now_ns() + WRITING_NS;
		if (error != EAGAIN && error != ENODEV && !access(path, F_OK)) {
			say("cannot read %s: %s: is it hostclock's, and is /sys there?", path,
			    strerror(error));
			return EXIT_NO_DEVICE;
		}
	}
	say("watching %s: marker %llu, status %s", path, (unsigned long long)w->seen.marker,
	    w->known ? w->seen.status : "not known yet");
	return 0;
}

static int watch_devices(struct watch *w)
{
	enum outcome outcome;
	bool stop = false;
	int status;

	for (;;) {
		status = find_device(w, &stop);
		if (status || stop)
			return status;
		memset(&w->seen, 0, sizeof(w->seen));
		status = read_first(w);
		if (status) {
			close(w->device_fd);
			return status;
		}
		outcome = watch(w);
		close(w->device_fd);
		if (outcome == DONE)
			return EXIT_FINE;
		say("%s is gone", w->options->device);
		if (w->options->no_wait)
			return EXIT_NO_DEVICE;
	}
}

static int run(const struct options *o)
{
	struct watch w = { .options = o, .reread_ns = NEVER_NS };
	int status;

	w.signal_fd = open_signals();
	if (w.signal_fd < 0) {
		say("cannot take signals: %s", strerror(errno));
		return EXIT_FAILED;
	}
	hooks_tell_ignored(&o->hooks);
	status = watch_devices(&w);
	chrony_end();
	hooks_end();
	return status;
}

int main(int argc, char **argv)
{
	struct options o;
	int pid_fd = -1;
	int status;

	options_parse(&o, argc, argv);
	if (o.pidfile)
		pid_fd = pidfile_open(o.pidfile);
	if (o.pidfile && pid_fd < 0) {
		if (errno == EWOULDBLOCK) {
			say("one with %s is running already", o.pidfile);
			return EXIT_FINE;
		}
		say("cannot write %s: %s", o.pidfile, strerror(errno));
		return EXIT_FAILED;
	}
	if (!o.foreground) {
		if (daemon(0, 0)) {
			say("cannot go to the background: %s", strerror(errno));
			return EXIT_FAILED;
		}
		report_to_syslog();
	}
	if (pid_fd >= 0 && pidfile_write(pid_fd, o.pidfile))
		say("cannot write %s: %s", o.pidfile, strerror(errno));
	status = run(&o);
	pidfile_remove();
	return status;
}
