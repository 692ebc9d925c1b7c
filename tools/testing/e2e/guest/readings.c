// SPDX-License-Identifier: GPL-2.0
/*
 * Reads all clocks by all readers, for ever, into memory that the host sees: see
 * readings.h.  It knows of no event and judges nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <unistd.h>

#include <hostclock/reader.h>

#include "bar.h"
#include "check.h"
#include "clocks.h"
#include "readings.h"

#define DEVICE		"/dev/hostclock0"
#define SYSFS		"/sys/class/misc/hostclock0/"
#define STAMP_FILE	"/tmp/readings.stamp"

/* A timer that nobody lives to see; 5 * 10^18 ns are below 2^63. */
#define FAR_SEC		5000000000LL
#define FAR_NS		(FAR_SEC * 1000000000)

/* Signals cost as much as all readings of a round. */
#define SIGNAL_ROUNDS	32

/*
 * From one round to the next: some 200 us at 2.5 GHz, for the ring to have seconds
 * and not tenths.
 */
#define PAUSE_COUNTS	500000

static struct readings_header *ring;
static struct reading *slots;
static u64 head;

static int timer_fds[CLOCKS];
static timer_t tai_timer;
static int ptp_fd, stamp_fd, device_fd, cancel_fd;
static int sysfs_fds[SIGNALS];
static s64 cancelled, polled;

static void keep(u64 before, u64 after, s64 value, u8 clock, u8 reader)
{
	struct reading *r = &slots[head % ring->capacity];

	r->before = before;
	r->after = after;
	r->value = value;
	r->clock = clock;
	r->reader = reader;
	__atomic_store_n(&ring->head, ++head, __ATOMIC_RELEASE);
}

static s64 remaining_ns(const struct itimerspec *left)
{
	return FAR_NS - timespec_ns(&left->it_value);
}

/* What an armed timer has left is the kernel's reading of its clock. */
static s64 read_timer(u8 clock)
{
	struct itimerspec left;

	if (clock_names[clock].id == CLOCK_TAI ? timer_gettime(tai_timer, &left) :
						 timerfd_gettime(timer_fds[clock], &left))
		die("no time left of a timer");
	return remaining_ns(&left);
}

/* RAW has no timers, but the PTP device reads it in the kernel. */
static s64 read_ptp(void)
{
	struct ptp_sys_offset_extended samples = { .n_samples = 1 };

	/* clockid, which older headers do not know */
	samples.rsv[0] = CLOCK_MONOTONIC_RAW;
	if (ioctl(ptp_fd, PTP_SYS_OFFSET_EXTENDED2, &samples))
		return -1;
	return samples.ts[0][0].sec * 1000000000 + samples.ts[0][0].nsec;
}

static s64 read_stamp(void)
{
	struct stat st;

	if (futimens(stamp_fd, NULL) || fstat(stamp_fd, &st))
		die("no time for a file");
	return timespec_ns(&st.st_mtim);
}

static s64 read_kernel(u8 clock)
{
	return clock_names[clock].id == CLOCK_MONOTONIC_RAW ? read_ptp() :
							      read_timer(clock);
}

static void take(u8 clock, u8 reader)
{
	u64 before, after;
	s64 ns;

	before = hostclock_rdtsc();
	if (reader == READER_VDSO)
		ns = read_vdso(clock_names[clock].id);
	else if (reader == READER_SYSCALL)
		ns = read_syscall(clock_names[clock].id);
	else
		ns = reader == READER_KERNEL ? read_kernel(clock) : read_stamp();
	after = hostclock_rdtsc();
	if (ns >= 0)
		keep(before, after, ns, clock, reader);
}

static s64 read_sysfs(u8 signal)
{
	char text[32] = "";
	s64 packed;

	if (pread(sysfs_fds[signal], text, sizeof(text) - 1, 0) <= 0)
		die("cannot read the driver's state");
	if (signal != SIGNAL_STATUS)
		return strtoull(text, NULL, 10);
	memcpy(&packed, text, sizeof(packed));
	return packed;
}

/* What was asked since, which may have changed between one question and the next */
static void keep_signal(u64 since, s64 value, u8 signal)
{
	keep(since, hostclock_rdtsc(), value, CLOCKS, signal);
}

static void take_signals(void)
{
	struct pollfd wait = { .fd = device_fd, .events = POLLIN };
	struct timex tx = { };
	u64 since = hostclock_rdtsc(), count;
	char page[128];
	u8 signal;

	keep_signal(since, (s64)adjtimex(&tx) << 32 | tx.status, SIGNAL_NTP);
	keep_signal(since, tx.maxerror, SIGNAL_MAXERROR);
	if (read(cancel_fd, &count, sizeof(count)) < 0 && errno == ECANCELED)
		cancelled++;
	keep_signal(since, cancelled, SIGNAL_CANCELLED);
	if (poll(&wait, 1, 0) > 0 && wait.revents & POLLIN &&
	    pread(device_fd, page, sizeof(page), 0) > 0)
		polled++;
	keep_signal(since, polled, SIGNAL_POLLED);
	for (signal = SIGNAL_SYSFS; signal < SIGNALS; signal++)
		keep_signal(since, read_sysfs(signal), signal);
}

/* A new order in every round, for another to come first after an event. */
static void take_all(u64 round)
{
	u8 i, clock;

	for (i = 0; i < CLOCKS; i++) {
		clock = (i + round) % CLOCKS;
		take(clock, (round + 0) % 3);
		take(clock, (round + 1) % 3);
		take(clock, (round + 2) % 3);
	}
	take(0, READER_FILE);
	if (!(round % SIGNAL_ROUNDS))
		take_signals();
}

static void pause_since(u64 tsc)
{
	while (hostclock_rdtsc() - tsc < PAUSE_COUNTS)
		;
}

static void find_ring(void)
{
	size_t size = READINGS_HEADER + sizeof(*slots);

	ring = bars_with(READINGS_MAGIC, 0, &size);
	slots = (void *)((unsigned char *)ring + READINGS_HEADER);
	ring->capacity = (size - READINGS_HEADER) / sizeof(*slots);
}

static int open_timer(clockid_t id, int flags)
{
	const struct itimerspec far = { .it_value.tv_sec = FAR_SEC };
	int fd = timerfd_create(id, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME | flags, &far, NULL))
		die("cannot set a timer");
	return fd;
}

static void open_timers(void)
{
	const struct itimerspec far = { .it_value.tv_sec = FAR_SEC };
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	u8 clock;

	for (clock = 0; clock < CLOCKS; clock++)
		if (clock_names[clock].id != CLOCK_TAI &&
		    clock_names[clock].id != CLOCK_MONOTONIC_RAW)
			timer_fds[clock] = open_timer(clock_names[clock].id, 0);
	if (timer_create(CLOCK_TAI, &none, &tai_timer) ||
	    timer_settime(tai_timer, TIMER_ABSTIME, &far, NULL))
		die("cannot set a timer on CLOCK_TAI");
	cancel_fd = open_timer(CLOCK_REALTIME, TFD_TIMER_CANCEL_ON_SET);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		die("cannot open %s", path);
	return fd;
}

static void open_signals(void)
{
	static const char *const names[SIGNALS] = {
		[SIGNAL_DISRUPTIONS] = "disruptions",
		[SIGNAL_RESYNCS] = "resyncs",
		[SIGNAL_LEAP] = "leap_indicator",
		[SIGNAL_GENERATION] = "generation",
		[SIGNAL_CAUSE] = "cause",
		[SIGNAL_STATUS] = "status",
	};
	char path[sizeof(SYSFS) + 32];
	u8 signal;

	for (signal = SIGNAL_SYSFS; signal < SIGNALS; signal++) {
		snprintf(path, sizeof(path), SYSFS "%s", names[signal]);
		sysfs_fds[signal] = open_file(path, O_RDONLY);
	}
}

int main(int argc, char **argv)
{
	u64 round = 0, tsc;

	if (argc != 2) {
		fprintf(stderr, "usage: readings PTP-DEVICE\n");
		return 2;
	}
	ptp_fd = open_file(argv[1], O_RDWR);
	stamp_fd = open_file(STAMP_FILE, O_CREAT | O_RDWR);
	device_fd = open_file(DEVICE, O_RDONLY);
	open_timers();
	open_signals();
	find_ring();
	while (!__atomic_load_n(&ring->stop, __ATOMIC_RELAXED)) {
		tsc = hostclock_rdtsc();
		take_all(round++);
		pause_since(tsc);
	}
	return 0;
}
