// SPDX-License-Identifier: GPL-2.0
/*
 * All of the guest's clocks, timers and interfaces at once, on all CPUs, while the
 * host changes epochs.  What every thread does and judges: see the jobs' names.
 *
 *	stress RESYNCS SECONDS
 *
 * Ends when the kernel has followed so many changes, or after so many seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "servers.h"
#include "stress.h"

#define CPUS		2
#define MAX_JOBS	32
/* How long a thread may take to end: 3000 sleeps of 10 ms at least. */
#define END_WAITS	3000

static struct pages pages;
static unsigned int own[OWN_KINDS];
static bool stop;

void job_wrong(struct job *job, const char *why, ...)
{
	va_list ap;

	if (job->wrong++)
		return;
	va_start(ap, why);
	vsnprintf(job->why, sizeof(job->why), why, ap);
	va_end(ap);
}

bool stopping(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

unsigned int own_state(int kind)
{
	return __atomic_load_n(&own[kind], __ATOMIC_SEQ_CST);
}

void own_begin(int kind)
{
	__atomic_or_fetch(&own[kind], OWN_CHANGING, __ATOMIC_SEQ_CST);
}

void own_end(int kind, unsigned int flags)
{
	unsigned int count = own[kind] & ~(OWN_NEXT - 1);

	__atomic_store_n(&own[kind], (count + OWN_NEXT) | flags, __ATOMIC_SEQ_CST);
}

void look(struct look *look)
{
	const struct hostclock_guest_page *gp = pages.guest;
	struct pages now = { .clock = pages.clock };

	for (;;) {
		look->guest_seq = hostclock_seq_begin(&gp->seq);
		look->guest_epoch = HOSTCLOCK_LE64(gp->epoch);
		look->generation = HOSTCLOCK_LE64(gp->generation);
		look->gaps_ns = HOSTCLOCK_LE64(gp->gaps_ns);
		look->resume_tsc = HOSTCLOCK_LE64(gp->resume_tsc);
		look->tsc_offset = HOSTCLOCK_LE64(gp->tsc_offset);
		now.tsc_offset = look->tsc_offset;
		if (!(look->guest_seq & 1))
			pages_now(&now, &look->t);
		if (!hostclock_seq_retry(&gp->seq, look->guest_seq))
			return;
		sched_yield();
	}
}

/* A counter before its set, as just after a stop, has no time. */
static bool is_usable(const struct look *look)
{
	return look->t.epoch && look->guest_epoch && look->t.age;
}

bool same_epochs(const struct look *before, const struct look *after)
{
	return before->guest_seq == after->guest_seq &&
	       before->t.epoch == after->t.epoch && is_usable(before) &&
	       is_usable(after);
}

bool same_set(const struct look *before, const struct look *after)
{
	return same_epochs(before, after) && pages_same_set(&before->t, &after->t);
}

bool write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		die("cannot open %s", path);
	good = write(fd, line, strlen(line)) == (ssize_t)strlen(line);
	close(fd);
	return good;
}

#define JOB(_name, _run, _read, _cpu) \
	{ .name = _name, .run = _run, .read = _read, .cpu = _cpu }

static struct job jobs[MAX_JOBS] = {
	JOB("every clock is the page's, by the vDSO on CPU 0", job_clocks, read_vdso, 0),
	JOB("every clock is the page's, by the vDSO on CPU 1", job_clocks, read_vdso, 1),
	JOB("every clock is the page's, by system call on CPU 0", job_clocks, read_syscall, 0),
	JOB("every clock is the page's, by system call on CPU 1", job_clocks, read_syscall, 1),
	JOB("time does not go back on its way to CPU 0", job_handover, read_vdso, 0),
	JOB("time does not go back on its way to CPU 1", job_handover, read_syscall, 1),
	JOB("periodic timerfd on MONOTONIC: none early, none lost", job_timerfd, NULL, 0),
	JOB("periodic timerfd on BOOTTIME: none early, none lost", job_timerfd, NULL, 1),
	JOB("periodic POSIX timer: none early, none lost", job_posix_timer, NULL, 1),
	JOB("absolute timers on CPU 0: none early, none lost", job_one_shots, NULL, 0),
	JOB("absolute timers on CPU 1: none early, none lost", job_one_shots, NULL, 1),
	JOB("sleeps on CPU 0: none too short", job_sleeps, read_vdso, 0),
	JOB("sleeps on CPU 1: none too short", job_sleeps, read_syscall, 1),
	JOB("timerfd: cancelled whenever the clock is set", job_cancel, NULL, 0),
	JOB("clocksource, wall clock and policy can be changed", job_change, NULL, 1),
	JOB("the device tells of changes", job_device, NULL, 0),
	JOB("sysfs has the page's epochs", job_sysfs, NULL, 1),
	JOB("the PTP clock is TAI", job_ptp, NULL, 0),
	JOB("adjtimex() says what the page says", job_adjtimex, NULL, 1),
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	pin_to(job->cpu);
	job->run(job);
	return NULL;
}

/* A job may wait for its CPU for long, when many have to do there. */
static bool all_judged(void)
{
	for (const struct job *job = jobs; job->name; job++)
		if (!__atomic_load_n(&job->done, __ATOMIC_RELAXED))
			return false;
	return true;
}

/*
 * Until so many changes were followed, and every job has judged something.  RAW knows of
 * no gap.
 */
static uint64_t watch(uint64_t resyncs, uint64_t seconds)
{
	int64_t end = read_syscall(CLOCK_MONOTONIC_RAW) + seconds * NSEC_PER_SEC;
	uint64_t start = read_number(STATE_DIR "resyncs");
	uint64_t seen = 0;

	while ((seen < resyncs || !all_judged()) && read_syscall(CLOCK_MONOTONIC_RAW) < end) {
		usleep(50000);
		seen = read_number(STATE_DIR "resyncs") - start;
	}
	return seen;
}

static bool end_job(struct job *job)
{
	for (int i = 0; i < END_WAITS; i++) {
		if (!pthread_tryjoin_np(job->thread, NULL))
			return true;
		usleep(10000);
	}
	return false;
}

static void judge(const struct job *job)
{
	if (!job->ended) {
		check(false, job->name, "the thread does not end");
		return;
	}
	check(!job->wrong && job->done, job->name, "%llu of %llu wrong; %s",
	      (unsigned long long)job->wrong, (unsigned long long)job->done,
	      job->wrong ? job->why : "not once in all that time");
	note("%llu judged, %llu of them first of an epoch, %llu undecided",
	     (unsigned long long)job->done, (unsigned long long)job->first,
	     (unsigned long long)job->undecided);
}

static void start_jobs(void)
{
	for (struct job *job = jobs; job->name; job++)
		if (pthread_create(&job->thread, NULL, run_job, job))
			die("cannot start a thread");
}

static void end_jobs(void)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (struct job *job = jobs; job->name; job++)
		job->ended = end_job(job);
}

int main(int argc, char **argv)
{
	uint64_t resyncs, followed;

	if (argc != 3) {
		fprintf(stderr, "usage: stress RESYNCS SECONDS\n");
		return 2;
	}
	if (get_nprocs() < CPUS) {
		fprintf(stderr, "stress: needs %d CPUs\n", CPUS);
		return 2;
	}
	resyncs = number_arg(argv[1], "RESYNCS");
	pages_open_device(&pages, "/dev/hostclock0");
	timers_block_signals();
	if (!servers_stop())
		die("cannot stop the scheduler's servers");
	start_jobs();
	followed = watch(resyncs, number_arg(argv[2], "SECONDS"));
	end_jobs();
	check(followed >= resyncs, "enough changes of epoch were followed",
	      "%llu", (unsigned long long)followed);
	note("%llu followed, %llu of them disruptions", (unsigned long long)followed,
	     (unsigned long long)read_number(STATE_DIR "disruptions"));
	note("%llu readings followed another CPU's",
	     (unsigned long long)clocks_handed_over());
	for (const struct job *job = jobs; job->name; job++)
		judge(job);
	return check_status();
}
