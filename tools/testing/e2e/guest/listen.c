// SPDX-License-Identifier: GPL-2.0
/* Listening to the driver.  See listen.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/hostclock-abi.h>

#include "check.h"
#include "listen.h"

#define EVENT_VARIABLE	"HOSTCLOCK_EVENT="

static const char *const names[] = {
	"disruption", "degraded", "step", "detached", "attached", "recovered",
	"status", "page",
};

static const char *path;
static int device = -1;
static int events;
static struct {
	unsigned int wakeups, hangups, added, removed;
	unsigned int events[ARRAY_SIZE(names)];
} heard;

void listen_start(const char *device_path)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	path = device_path;
	events = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	if (events < 0 || bind(events, (struct sockaddr *)&address, sizeof(address)))
		die("cannot listen to the kernel's events");
}

void listen_reset(void)
{
	listen_look();
	memset(&heard, 0, sizeof(heard));
}

static void count_event(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		heard.events[i] += !strcmp(names[i], name);
}

/* ACTION@PATH and variables, each ended by a NUL */
static void take_event(const char *event, const char *end)
{
	if (!strstr(event, "/misc/hostclock"))
		return;
	heard.added += !strncmp(event, "add@", 4);
	heard.removed += !strncmp(event, "remove@", 7);
	for (; event < end; event += strlen(event) + 1)
		if (!strncmp(event, EVENT_VARIABLE, strlen(EVENT_VARIABLE)))
			count_event(event + strlen(EVENT_VARIABLE));
}

static void look_at_device(void)
{
	struct hostclock_vmclock vc;
	struct pollfd pfd = { .events = POLLIN };

	if (device < 0)
		device = open(path, O_RDONLY | O_CLOEXEC);
	pfd.fd = device;
	if (device < 0 || poll(&pfd, 1, 0) <= 0)
		return;
	if (pfd.revents & POLLHUP) {
		heard.hangups++;
		close(device);
		device = -1;
	} else if (pfd.revents & POLLIN) {
		heard.wakeups++;
		/* until then it is the same news */
		if (pread(device, &vc, sizeof(vc), 0) < 0)
			return;
	}
}

void listen_look(void)
{
	char event[4096];
	ssize_t length;

	for (;;) {
		length = recv(events, event, sizeof(event) - 1, 0);
		/* That some were lost is told once, before those that were not. */
		if (length < 0 && errno == ENOBUFS)
			continue;
		if (length <= 0)
			break;
		event[length] = 0;
		take_event(event, event + length);
	}
	look_at_device();
}

void listen_report(listen_answer *answer)
{
	answer("polls=%u\nhangups=%u\nadded=%u\nremoved=%u\n", heard.wakeups,
	       heard.hangups, heard.added, heard.removed);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		answer("event_%s=%u\n", names[i], heard.events[i]);
}
