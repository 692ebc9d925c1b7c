// SPDX-License-Identifier: GPL-2.0
/*
 * The PTP clock: its time is the page's TAI by every way of asking, the ways
 * agree with each other, and (unless the guest runs its own clock: --own-clock)
 * so does CLOCK_REALTIME as the same call reports it.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#define CLOCK_NAME	"hostclock"
#define ROUNDS		2000
#define SAMPLES		25	/* chrony's number of readings */

static struct {
	const char *device;
	bool own_clock;
} options = { .device = "/dev/hostclock0" };

static struct pages pages;
static int64_t tai_offset_ns;

static int64_t ptp_ns(const struct ptp_clock_time *t)
{
	return t->sec * 1000000000 + t->nsec;
}

static bool has_name(const char *directory)
{
	char path[300], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/clock_name", directory);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%63s", name) != 1)
		name[0] = 0;
	fclose(file);
	return !strcmp(name, CLOCK_NAME);
}

/* Opens the PTP clock that the driver registered. */
static int open_clock(void)
{
	char path[80] = "";
	glob_t list;
	int fd;

	if (glob("/sys/class/ptp/ptp*", 0, NULL, &list))
		list.gl_pathc = 0;
	for (size_t i = 0; i < list.gl_pathc; i++)
		if (has_name(list.gl_pathv[i]))
			snprintf(path, sizeof(path), "/dev/%s",
				 strrchr(list.gl_pathv[i], '/') + 1);
	if (!check(path[0], "ptp: a clock named " CLOCK_NAME " is there",
		   "none of %zu in /sys/class/ptp", list.gl_pathc))
		exit(1);
	globfree(&list);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("cannot open %s", path);
	return fd;
}

/* Where a difference lies, by all samples; nowhere if low > high. */
struct interval {
	int64_t low, high;
};

#define ANYWHERE	{ INT64_MIN, INT64_MAX }

/* value was read between two readings of what it is compared with. */
static void narrow(struct interval *diff, int64_t before, int64_t value,
		   int64_t after)
{
	if (value - after > diff->low)
		diff->low = value - after;
	if (value - before < diff->high)
		diff->high = value - before;
}

static void judge(const struct interval *diff, const char *name)
{
	char label[80];

	snprintf(label, sizeof(label), "ptp: %s", name);
	check(diff->low <= 0 && 0 <= diff->high, label,
	      "the difference is >= %lld and <= %lld ns",
	      (long long)diff->low, (long long)diff->high);
	note("%s: difference within [%lld, %lld] ns", name,
	     (long long)diff->low, (long long)diff->high);
}

static void test_gettime(int fd)
{
	/* the kernel's FD_TO_CLOCKID() */
	clockid_t id = (~(clockid_t)fd << 3) | 3;
	struct interval diff = ANYWHERE;

	for (int i = 0; i < ROUNDS; i++) {
		struct page_time before, after;
		int64_t now;

		pages_now(&pages, &before);
		now = read_syscall(id);
		pages_now(&pages, &after);
		if (now < 0)
			die("clock_gettime() of the PTP clock");
		narrow(&diff, before.tai, now, after.tai);
	}
	judge(&diff, "clock_gettime() tells the page's TAI");
}

static void test_precise(int fd)
{
	struct interval device = ANYWHERE, system = ANYWHERE, raw = ANYWHERE;

	for (int i = 0; i < ROUNDS; i++) {
		struct ptp_sys_offset_precise offset = { };
		struct page_time before, after;
		int64_t raw_before = read_vdso(CLOCK_MONOTONIC_RAW), tai;

		pages_now(&pages, &before);
		if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &offset)) {
			check(false, "ptp: PTP_SYS_OFFSET_PRECISE works", "%s",
			      strerror(errno));
			return;
		}
		pages_now(&pages, &after);
		tai = ptp_ns(&offset.device);
		narrow(&device, before.tai, tai, after.tai);
		narrow(&raw, raw_before, ptp_ns(&offset.sys_monoraw),
		       read_vdso(CLOCK_MONOTONIC_RAW));
		tai -= ptp_ns(&offset.sys_realtime) + tai_offset_ns;
		narrow(&system, 0, tai, 0);
	}
	judge(&device, "PRECISE: device is the page's TAI");
	judge(&raw, "PRECISE: sys_monoraw is MONOTONIC_RAW");
	if (!options.own_clock)
		judge(&system, "PRECISE: device and sys_realtime are equal to the ns");
}

/* The system's clock, or the page where the guest runs its own. */
static void test_extended(int fd)
{
	struct interval device = ANYWHERE, page = ANYWHERE;

	for (int i = 0; i < ROUNDS / SAMPLES; i++) {
		struct ptp_sys_offset_extended offset = { .n_samples = SAMPLES };
		struct page_time before, after;

		pages_now(&pages, &before);
		if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &offset)) {
			check(false, "ptp: PTP_SYS_OFFSET_EXTENDED works", "%s",
			      strerror(errno));
			return;
		}
		pages_now(&pages, &after);
		for (unsigned int s = 0; s < SAMPLES; s++) {
			struct ptp_clock_time *ts = offset.ts[s];

			narrow(&page, before.tai, ptp_ns(&ts[1]), after.tai);
			narrow(&device, ptp_ns(&ts[0]) + tai_offset_ns,
			       ptp_ns(&ts[1]), ptp_ns(&ts[2]) + tai_offset_ns);
		}
	}
	judge(&page, "EXTENDED: device is the page's TAI");
	if (!options.own_clock)
		judge(&device, "EXTENDED: device is REALTIME + TAI offset");
}

static void test_basic(int fd)
{
	struct ptp_sys_offset offset = { .n_samples = SAMPLES };
	struct interval device = ANYWHERE;

	if (ioctl(fd, PTP_SYS_OFFSET, &offset)) {
		check(false, "ptp: PTP_SYS_OFFSET works", "%s",
		      strerror(errno));
		return;
	}
	for (unsigned int s = 0; s < SAMPLES; s++)
		narrow(&device, ptp_ns(&offset.ts[2 * s]) + tai_offset_ns,
		       ptp_ns(&offset.ts[2 * s + 1]),
		       ptp_ns(&offset.ts[2 * s + 2]) + tai_offset_ns);
	if (!options.own_clock)
		judge(&device, "SYS_OFFSET: device is REALTIME + TAI offset");
	else
		check(true, "ptp: PTP_SYS_OFFSET works", " ");
}

/* PRECISE between two EXTENDED readings of the device: do they agree? */
static void test_agreement(int fd)
{
	struct interval diff = ANYWHERE;

	for (int i = 0; i < ROUNDS; i++) {
		struct ptp_sys_offset_extended before = { .n_samples = 1 };
		struct ptp_sys_offset_extended after = { .n_samples = 1 };
		struct ptp_sys_offset_precise precise = { };

		if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &before) ||
		    ioctl(fd, PTP_SYS_OFFSET_PRECISE, &precise) ||
		    ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &after)) {
			check(false, "ptp: PRECISE and EXTENDED agree", "%s",
			      strerror(errno));
			return;
		}
		narrow(&diff, ptp_ns(&before.ts[0][1]), ptp_ns(&precise.device),
		       ptp_ns(&after.ts[0][1]));
	}
	judge(&diff, "PRECISE and EXTENDED agree");
}

/* A guest cannot set the host's clock. */
static void test_readonly(int fd)
{
	struct timespec ts = { .tv_sec = 1 };
	clockid_t id = (~(clockid_t)fd << 3) | 3;
	int result = clock_settime(id, &ts);

	check(result && (errno == EOPNOTSUPP || errno == EINVAL ||
			 errno == EACCES || errno == EPERM),
	      "ptp: the clock cannot be set", "clock_settime() gave %d, %s",
	      result, strerror(errno));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'd':
		options.device = arg;
		return 0;
	case 'o':
		options.own_clock = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_usage(state);
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = (struct argp_option[]){
		{ "device", 'd', "PATH", 0, "the device that has the pages", 0 },
		{ "own-clock", 'o', NULL, 0,
		  "the guest's CLOCK_REALTIME is not the page's", 0 },
		{ }
	},
	.parser = parse,
	.doc = "Compare the PTP clock with the clock page and CLOCK_REALTIME.",
};

int main(int argc, char **argv)
{
	struct page_time now;
	int fd;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	pages_open_device(&pages, options.device);
	pages_now(&pages, &now);
	tai_offset_ns = now.tai - now.real;
	check(now.tai_valid && tai_offset_ns > 0, "ptp: the page knows TAI",
	      "valid %d, offset %lld ns", now.tai_valid,
	      (long long)tai_offset_ns);
	fd = open_clock();
	test_gettime(fd);
	test_precise(fd);
	test_extended(fd);
	test_basic(fd);
	test_agreement(fd);
	test_readonly(fd);
	close(fd);
	return check_status();
}
