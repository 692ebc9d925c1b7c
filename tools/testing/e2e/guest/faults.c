// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest makes of broken pages. Reads all clocks all the time, and answers
 * to a program on the host that breaks them, through memory that both map:
 *
 *	arm		forget what was; remember the page's parameters as the truth
 *	report		what happened since, and what the guest says of itself
 *	counter		the clock page's counter, now
 *	equal		is the clock the page's, to the ns?
 *	map		map /dev/hostclock0's pages, and keep that
 *	touch		read from that mapping
 *	vdso		does this process, which was there all the time, read the clocks
 *			without a system call?
 *	peek ADDRESS	what is read at a physical address, 8 bytes
 *	scribble S	write noise all over the pages for S seconds
 *	remove		take all devices of the driver from it, by sysfs
 *	rescan		and find them again
 *	quit
 *
 * An answer is lines of KEY=VALUE.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bar.h"
#include "check.h"
#include "clocks.h"
#include "forbid.h"
#include "listen.h"
#include "pages.h"
#include "servers.h"
#include "truth.h"
#include "watch.h"

#define DEVICE		"/dev/hostclock0"
#define SYSFS		"/sys/class/misc/hostclock0/"
#define CLOCKSOURCE	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define MAGIC		0x53544c554146ULL	/* "FAULTS" */
#define MAX_BARS	16
#define EQUAL_TRIES	200
#define VDSO_READS	2000

struct mailbox {
	uint64_t magic;
	uint32_t asked;
	uint32_t answered;
	uint64_t alive;		/* counts while the guest's program runs */
	char command[104];
	char answer[3968];
};

static struct mailbox *box;
static size_t written;
static sigjmp_buf on_bus_error;
static const struct hostclock_clock_page *mapping;

__printf(1, 2)
static void answer(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	written += vsnprintf(box->answer + written,
			     sizeof(box->answer) - written, fmt, ap);
	va_end(ap);
	if (written >= sizeof(box->answer))
		written = sizeof(box->answer) - 1;
}

static void answer_file(const char *key, const char *path)
{
	char text[128] = "none";
	FILE *f = fopen(path, "r");

	if (f && !fgets(text, sizeof(text), f))
		snprintf(text, sizeof(text), "unreadable");
	if (f)
		fclose(f);
	answer("%s=%s\n", key, strtok(text, "\n"));
}

static void answer_sysfs(const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), SYSFS "%s", key);
	answer_file(key, path);
}

static void arm(void)
{
	truth_capture(DEVICE);
	watch_reset();
	listen_reset();
}

static void report_readings(void)
{
	struct watch_result r;

	watch_result(&r);
	answer("reads=%llu\nleast=%llu\n", (unsigned long long)r.reads,
	       (unsigned long long)r.least);
	answer("naps=%llu\n", (unsigned long long)r.naps);
	answer("slowest_us=%llu\n",
	       (unsigned long long)truth_us_of(r.slowest));
	answer("leaps=%llu\nleapt_ns=%lld\n", (unsigned long long)r.leaps,
	       (long long)r.leapt_ns);
	for (int i = 0; clock_names[i].name; i++)
		answer("back_%s=%llu\nworst_%s=%lld\n", clock_names[i].name,
		       (unsigned long long)r.back[i], clock_names[i].name,
		       (long long)r.worst_ns[i]);
}

static void report(void)
{
	static const char *const files[] = {
		"status", "reason", "error_ns", "age_ns", "valid_ns", "epoch",
		"guest_epoch", "resyncs", "disruptions", "wall", "clocksource",
	};

	report_readings();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		answer_sysfs(files[i]);
	answer_file("kernel_clocksource", CLOCKSOURCE);
	truth_report(answer);
	listen_report(answer);
}

/* REALTIME lies between the page's at two TSC values around the reading. */
static void equal(void)
{
	int64_t (*const read[])(clockid_t id) = { read_vdso, read_syscall };
	struct page_time before, after;
	struct pages pages;
	int judged = 0, wrong[2] = { 0, 0 };
	int64_t worst = 0;

	pages_open_device(&pages, DEVICE);
	for (int i = 0; i < EQUAL_TRIES; i++) {
		int64_t now, off = 0;

		pages_now(&pages, &before);
		now = read[i % 2](CLOCK_REALTIME);
		pages_now(&pages, &after);
		if (before.epoch != after.epoch)
			continue;
		judged++;
		if (now < before.real)
			off = now - before.real;
		else if (now > after.real)
			off = now - after.real;
		wrong[i % 2] += off != 0;
		if (llabs(off) > llabs(worst))
			worst = off;
	}
	pages_close(&pages);
	answer("judged=%d\nwrong=%d\nwrong_syscall=%d\nworst_ns=%lld\n", judged,
	       wrong[0] + wrong[1], wrong[1], (long long)worst);
}

static void bus_error(int signal_number)
{
	siglongjmp(on_bus_error, signal_number);
}

static void map(void)
{
	struct pages pages;

	pages_open_device(&pages, DEVICE);
	mapping = pages.clock;
}

/* What a program that had mapped the pages sees of them. */
static void read_mapping(void)
{
	if (sigsetjmp(on_bus_error, 1)) {
		answer("touch=bus error\n");
		return;
	}
	signal(SIGBUS, bus_error);
	answer("touch=%#x\n", HOSTCLOCK_LE32(mapping->seq));
}

/* A child has what its parent has mapped; it is killed at the first system call. */
static void read_forbidden(void)
{
	struct timespec ts;
	int status;
	pid_t pid = fork();

	if (!pid) {
		forbid_time_syscalls();
		for (int i = 0; i < VDSO_READS; i++)
			clock_gettime(i % 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &ts);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		answer("error=no child: %s\n", strerror(errno));
	else
		answer("vdso=%d\n", WIFEXITED(status) && !WEXITSTATUS(status));
}

/* Cached, as the vDSO maps it. */
static void peek_at(off_t address)
{
	int fd = open("/dev/mem", O_RDONLY);
	uint64_t *page = MAP_FAILED;

	if (fd >= 0)
		page = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, address);
	if (page == MAP_FAILED) {
		answer("error=/dev/mem: %s\n", strerror(errno));
	} else {
		answer("peek=%llu\n", (unsigned long long)READ_ONCE(*page));
		munmap(page, HOSTCLOCK_PAGE_SIZE);
	}
	if (fd >= 0)
		close(fd);
}

static void scribble(int64_t seconds)
{
	int64_t end = read_syscall(CLOCK_MONOTONIC) + seconds * 1000000000;
	struct bar bars[MAX_BARS];
	int found = bars_find(bars, MAX_BARS, true);
	uint64_t writes = 0, noise = 1;

	while (read_syscall(CLOCK_MONOTONIC) < end) {
		for (int i = 0; i < found; i++) {
			if (!bars[i].memory || strcmp(bars[i].driver, "hostclock"))
				continue;
			for (size_t at = 0; at < bars[i].size; at += 8, writes++) {
				noise = noise * 6364136223846793005ULL + 1;
				WRITE_ONCE(*(uint64_t *)(bars[i].memory + at), noise);
			}
		}
	}
	bars_close(bars, found);
	answer("writes=%llu\n", (unsigned long long)writes);
}

static void write_file(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs("1", f) < 0 || fclose(f))
		answer("error=%s: %s\n", path, strerror(errno));
}

static void remove_devices(void)
{
	struct bar bars[MAX_BARS];
	int found = bars_find(bars, MAX_BARS, false);
	char path[BAR_PATH_SIZE];
	glob_t found_virtio;

	bars_close(bars, found);
	for (int i = 0; i < found; i++) {
		if (strcmp(bars[i].driver, "hostclock"))
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.63s/remove",
			 bars[i].device);
		write_file(path);
	}
	/* The PCI devices that virtio devices are on */
	if (!glob("/sys/bus/virtio/drivers/hostclock/virtio*/../remove", 0, NULL, &found_virtio))
		for (size_t i = 0; i < found_virtio.gl_pathc; i++)
			write_file(found_virtio.gl_pathv[i]);
	globfree(&found_virtio);
}

static bool obey(void)
{
	char command[sizeof(box->command)];

	memcpy(command, box->command, sizeof(command));
	command[sizeof(command) - 1] = 0;
	written = 0;
	box->answer[0] = 0;
	if (!strcmp(command, "arm"))
		arm();
	else if (!strcmp(command, "report"))
		report();
	else if (!strcmp(command, "equal"))
		equal();
	else if (!strcmp(command, "counter"))
		answer("counter=%llu\n", (unsigned long long)truth_counter());
	else if (!strcmp(command, "map"))
		map();
	else if (!strcmp(command, "touch"))
		read_mapping();
	else if (!strcmp(command, "vdso"))
		read_forbidden();
	else if (!strncmp(command, "peek ", 5))
		peek_at(number_arg(command + 5, "ADDRESS"));
	else if (!strncmp(command, "scribble ", 9))
		scribble(number_arg(command + 9, "S"));
	else if (!strcmp(command, "remove"))
		remove_devices();
	else if (!strcmp(command, "rescan"))
		write_file("/sys/bus/pci/rescan");
	else if (strcmp(command, "quit"))
		answer("error=no such command\n");
	return strcmp(command, "quit");
}

int main(void)
{
	size_t size = sizeof(*box);
	uint32_t asked, answered = 0;
	bool going_on = true;

	box = bars_with(MAGIC, 0, &size);
	if (!servers_stop())
		answer("error=the scheduler's servers: %s\n", strerror(errno));
	listen_start(DEVICE);
	watch_start();
	arm();
	while (going_on) {
		box->alive++;
		listen_look();
		truth_look();
		asked = __atomic_load_n(&box->asked, __ATOMIC_ACQUIRE);
		if (asked != answered) {
			going_on = obey();
			answered = asked;
			__atomic_store_n(&box->answered, answered, __ATOMIC_RELEASE);
		}
		sched_yield();
	}
	return 0;
}
