// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/hostclock0: read() gives the vmclock structure, mmap() the two pages
 * and neither for writing, poll() reports a change once.
 *
 *	devnode [DEVICE]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "pages.h"

#define MAP_SIZE	(2 * HOSTCLOCK_PAGE_SIZE)

static void test_read(int fd, const struct hostclock_guest_page *gp)
{
	struct hostclock_vmclock vm;
	ssize_t length = pread(fd, &vm, sizeof(vm), 0);

	check(length == sizeof(vm), "device: read() gives a vmclock structure",
	      "%zd bytes of %zu, %s", length, sizeof(vm), strerror(errno));
	check(HOSTCLOCK_LE32(vm.magic) == HOSTCLOCK_VMCLOCK_MAGIC &&
	      HOSTCLOCK_LE16(vm.version) == 1 &&
	      !(HOSTCLOCK_LE32(vm.seq_count) & 1),
	      "device: what read() gives is whole",
	      "magic %#x, version %u, seq %#x", HOSTCLOCK_LE32(vm.magic),
	      HOSTCLOCK_LE16(vm.version), HOSTCLOCK_LE32(vm.seq_count));
	check(vm.disruption_marker == gp->vmclock.disruption_marker &&
	      vm.time_type == HOSTCLOCK_VMCLOCK_TIME_TAI,
	      "device: read() gives what the page says", "marker %llu, page %llu",
	      (unsigned long long)vm.disruption_marker,
	      (unsigned long long)gp->vmclock.disruption_marker);
	length = pread(fd, &vm, sizeof(vm), 8);
	check(length == sizeof(vm) - 8 && HOSTCLOCK_LE16(vm.magic) == 1,
	      "device: read() from the middle", "%zd bytes, %s", length,
	      strerror(errno));
	length = pread(fd, &vm, sizeof(vm), 1 << 20);
	check(length <= 0, "device: read() behind the end gives nothing",
	      "%zd bytes", length);
}

static void expect_refusal(const void *map, int error, const char *what)
{
	char label[80];

	snprintf(label, sizeof(label), "device: refuses %s", what);
	check(map == MAP_FAILED, label, "got a mapping");
	if (map == MAP_FAILED)
		note("%s: %s", what, strerror(error));
}

static void test_mmap(int fd, void *map)
{
	const void *other;
	int rw;

	check(mprotect(map, MAP_SIZE, PROT_READ | PROT_WRITE) < 0,
	      "device: refuses to make the mapping writable", "it did not");
	other = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	expect_refusal(other, errno, "a writable mapping of a file open for reading");
	other = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	expect_refusal(other, errno, "a writable private mapping");
	other = mmap(NULL, 16 * MAP_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	expect_refusal(other, errno, "a mapping of more than there is");
	other = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED, fd,
		     2 * HOSTCLOCK_PAGE_SIZE);
	expect_refusal(other, errno, "a mapping behind the end");

	rw = open("/dev/hostclock0", O_RDWR | O_CLOEXEC);
	if (rw < 0) {
		check(true, "device: refuses to be opened for writing", " ");
		return;
	}
	other = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, rw, 0);
	expect_refusal(other, errno, "a writable mapping of a file open for both");
	check(pwrite(rw, "", 1, 0) < 0, "device: refuses write()", "it did not");
	close(rw);
}

/* A new reader has something to read; having read it, nothing. */
static void test_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buffer[sizeof(struct hostclock_vmclock)];
	int idle = 0;

	check(poll(&p, 1, 0) == 1 && (p.revents & POLLIN),
	      "device: poll() says readable at first", "revents %#x",
	      p.revents);
	/* The exporter refreshes the page now and then: not every time. */
	for (int i = 0; i < 100; i++) {
		if (pread(fd, buffer, sizeof(buffer), 0) < 0)
			die("read");
		idle += poll(&p, 1, 0) == 0;
	}
	check(idle > 0, "device: poll() says nothing new after read()",
	      "always readable");
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/dev/hostclock0";
	struct pages pages;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("cannot open %s", path);
	test_poll(fd);
	map = mmap(NULL, MAP_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (!check(map != MAP_FAILED, "device: maps for reading", "%s",
		   strerror(errno)))
		return 1;
	pages_open_device(&pages, path);
	check(true, "device: maps the guest page and a clock page", " ");
	test_read(fd, pages.guest);
	test_mmap(fd, map);
	return check_status();
}
