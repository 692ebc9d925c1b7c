// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the kernel's events about hostclock, one per line, as they come.
 *
 *	uevents
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

static int open_kernel_events(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,		/* the kernel's own */
	};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("cannot listen to the kernel's events");
	return fd;
}

/* ACTION@PATH and variables, each ended by a NUL */
static void print_event(const char *event, const char *end)
{
	if (!strstr(event, "/hostclock"))
		return;
	for (; event < end; event += strlen(event) + 1)
		printf("%s ", event);
	putchar('\n');
	fflush(stdout);
}

int main(void)
{
	int fd = open_kernel_events();
	char event[4096];
	ssize_t length;

	while ((length = read(fd, event, sizeof(event) - 1)) > 0) {
		event[length] = 0;
		print_event(event, event + length);
	}
	die("no more events");
}
