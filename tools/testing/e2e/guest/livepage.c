// SPDX-License-Identifier: GPL-2.0
/*
 * livepage FILE COMMAND...: a clock page that the kernel writes, by way of
 * /dev/hostclock-export, and the page in FILE.
 *
 *	attach		make the page in FILE and attach it; prints "attached" or why not.
 *			A new page tells the kernel of 37 leap seconds, so that there is TAI
 *	detach
 *	meta VALID_MS	tell the kernel that the clock is synchronized, for so long
 *	state		print "state reason"
 *	ahead		set the page's clocks, which is not attached, ahead by a second
 *	page		print "live odd status epoch valid_ms" of FILE
 *	order SECONDS	read the page and the vDSO in turn: time must not go back
 *	wait MS		poll for an event; prints 1 or 0
 *	leap ins|del	have a leap second inserted or deleted, and read in turn
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/reader.h>
#include <misc/hostclock-export.h>

#define SEC		1000000000ULL
/* 2027-06-30 23:59:57 */
#define BEFORE_LEAP	1814399997

static struct hostclock_clock_page *cp;
static int device;

static void die(const char *what)
{
	fprintf(stderr, "livepage: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void open_all(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT, 0644);

	if (fd < 0 || (!lseek(fd, 0, SEEK_END) && ftruncate(fd, HOSTCLOCK_PAGE_SIZE)))
		die(file);
	cp = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	device = open(HOSTCLOCK_EXPORT_DEVICE, O_RDWR);
	if (cp == MAP_FAILED || device < 0)
		die(cp == MAP_FAILED ? file : HOSTCLOCK_EXPORT_DEVICE);
	close(fd);
}

static struct hostclock_export_meta meta(long valid_ms)
{
	return (struct hostclock_export_meta){
		.status = HOSTCLOCK_STATUS_SYNCHRONIZED,
		.valid_ns = valid_ms * 1000000ULL,
		.utc_maxerror_ns = 1000000,
	};
}

static struct hostclock_export_state state(void)
{
	struct hostclock_export_state s;

	if (ioctl(device, HOSTCLOCK_EXPORT_STATE, &s))
		die("STATE");
	return s;
}

static int attach(void)
{
	struct hostclock_export_attach a = { .address = (uintptr_t)cp, .meta = meta(10000) };
	struct timex tx = { .modes = ADJ_TAI, .constant = 37 };

	if (!cp->magic) {
		adjtimex(&tx);
		cp->version = HOSTCLOCK_VERSION;
		cp->size = sizeof(*cp);
		cp->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
		cp->magic = HOSTCLOCK_CLOCK_MAGIC;
	}
	if (!ioctl(device, HOSTCLOCK_EXPORT_ATTACH, &a))
		return puts("attached") < 0;
	printf("%s, reason %u\n", strerror(errno), state().reason);
	return 1;
}

static void show_page(void)
{
	u32 seq = READ_ONCE(cp->seq);
	const struct hostclock_params *p = hostclock_newest(cp, seq);

	printf("%u %u %u %llx %lld\n", (unsigned int)cp->features & 1, seq & 1, p->status,
	       (unsigned long long)p->epoch, (long long)p->valid_ns / 1000000);
}

static u64 vdso_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

/*
 * As the rule for LIVE pages is; but who emulates our CPUs may let the writer wait for
 * longer than a reader otherwise would.
 */
static u64 page_now(void)
{
	const struct hostclock_params *p;
	u64 begun = hostclock_rdtsc(), tsc, delta, ns;
	u32 seq;

	do {
		seq = hostclock_seq_begin(&cp->seq);
		tsc = hostclock_rdtsc();
		p = hostclock_select(cp, seq, tsc, &delta);
		ns = hostclock_params_ns(p, HOSTCLOCK_MONO, delta) + p->wall_offset_ns;
	} while (hostclock_seq_retry(&cp->seq, seq) && tsc - begun < 10 * SEC);
	return ns;
}

/* Readings in turn, until a time; steps back by less than a second's are told. */
static struct order {
	u64 pairs, back, worst, leaps;
} order;

static void judge(u64 before, u64 after)
{
	if (after >= before)
		return;
	if (before - after > SEC / 2) {
		order.leaps++;
		return;
	}
	order.back++;
	if (before - after > order.worst)
		order.worst = before - after;
}

static void read_in_turn(double seconds)
{
	u64 end = vdso_now(CLOCK_MONOTONIC_RAW) + seconds * SEC, page, vdso = page_now();
	int i;

	while (vdso_now(CLOCK_MONOTONIC_RAW) < end) {
		for (i = 0; i < 100; i++, order.pairs++) {
			page = page_now();
			judge(vdso, page);
			vdso = vdso_now(CLOCK_REALTIME);
			judge(page, vdso);
		}
	}
	printf("%llu %llu %llu %llu\n", (unsigned long long)order.pairs,
	       (unsigned long long)order.back, (unsigned long long)order.worst,
	       (unsigned long long)order.leaps);
}

static void leap(const char *which)
{
	struct timespec ts = { .tv_sec = BEFORE_LEAP };
	struct timex tx = { .modes = ADJ_STATUS };

	if (adjtimex(&tx) < 0 || clock_settime(CLOCK_REALTIME, &ts))
		die("clock_settime");
	tx = (struct timex){
		.modes = ADJ_STATUS, .status = strcmp(which, "ins") ? STA_DEL : STA_INS,
	};
	if (adjtimex(&tx) < 0)
		die("adjtimex");
	read_in_turn(6);
	tx = (struct timex){ .modes = ADJ_STATUS };
	adjtimex(&tx);
}

static int polled(int ms)
{
	struct pollfd fd = { .fd = device, .events = POLLIN };

	state();
	return printf("%d\n", poll(&fd, 1, ms)) < 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[2] : "", *value = argc > 3 ? argv[3] : "0";
	struct hostclock_export_meta m = meta(atol(value));

	open_all(argc > 1 ? argv[1] : "");
	if (!strcmp(command, "attach"))
		return attach();
	if (!strcmp(command, "detach"))
		return !!ioctl(device, HOSTCLOCK_EXPORT_DETACH);
	if (!strcmp(command, "meta"))
		return !!ioctl(device, HOSTCLOCK_EXPORT_META, &m);
	if (!strcmp(command, "state"))
		return printf("%u %u\n", state().state, state().reason) < 0;
	if (!strcmp(command, "wait"))
		return polled(atoi(value));
	if (!strcmp(command, "ahead"))
		cp->params[cp->seq >> 1 & 1].mono_sec++;
	else if (!strcmp(command, "page"))
		show_page();
	else if (!strcmp(command, "order"))
		read_in_turn(atof(value));
	else if (!strcmp(command, "leap"))
		leap(value);
	else
		return 2;
	return 0;
}
