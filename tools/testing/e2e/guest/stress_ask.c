// SPDX-License-Identifier: GPL-2.0
/* Whoever asks the driver: device, sysfs, PTP clock, adjtimex(). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <unistd.h>

#include <hostclock/clocks.h>

#include "check.h"
#include "clocks.h"
#include "stress.h"

#define PAUSE_US	1500

/* More disruptions than there are in a test; of more, the last so many are known. */
#define MARKERS		65536

/* Has that marker been told, and another one since? */
static bool is_old_marker(uint64_t marker)
{
	static uint64_t told[MARKERS];
	static unsigned int n;
	unsigned int i;

	if (n && told[(n - 1) % MARKERS] == marker)
		return false;
	for (i = 0; i < n && i < MARKERS; i++) {
		if (told[i] == marker)
			return true;
	}
	told[n++ % MARKERS] = marker;
	return false;
}

/* Poll, read, and poll again: a change that was read is not told once more. */
void job_device(struct job *job)
{
	int fd = open("/dev/hostclock0", O_RDONLY | O_CLOEXEC);
	struct hostclock_vmclock v;

	if (fd < 0)
		die("cannot open /dev/hostclock0");
	while (!stopping()) {
		ssize_t length;

		if (!wait_readable(fd, 200))
			continue;
		length = pread(fd, &v, sizeof(v), 0);
		if (length < 0 && errno == EAGAIN)
			continue;
		job->done++;
		if (length != sizeof(v) || HOSTCLOCK_LE32(v.seq_count) & 1)
			job_wrong(job, "read() gives %zd bytes, sequence count %u",
				  length, HOSTCLOCK_LE32(v.seq_count));
		else if (is_old_marker(HOSTCLOCK_LE64(v.disruption_marker)))
			job_wrong(job, "the disruption marker goes back to %llu",
				  (unsigned long long)HOSTCLOCK_LE64(v.disruption_marker));
	}
	close(fd);
}

/* Every file of the driver's; what they say is judged elsewhere, but not empty. */
static void read_all(struct job *job)
{
	DIR *dir = opendir(STATE_DIR);
	struct dirent *entry;
	char path[300], line[100];

	if (!dir)
		die("cannot list " STATE_DIR);
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_REG || !strcmp(entry->d_name, "uevent"))
			continue;
		snprintf(path, sizeof(path), STATE_DIR "%s", entry->d_name);
		read_line(path, line, sizeof(line));
		if (!line[0])
			job_wrong(job, "%s is empty", entry->d_name);
	}
	closedir(dir);
}

/* Opening a file anew would take longer than most epochs last. */
static int open_state(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), STATE_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("cannot open %s", path);
	return fd;
}

static uint64_t state_now(int fd)
{
	char line[64] = "";

	if (pread(fd, line, sizeof(line) - 1, 0) < 0)
		die("cannot read the driver's state");
	return strtoull(line, NULL, 10);
}

static void compare_epochs(struct job *job, int epoch, int guest_epoch)
{
	uint64_t clock, guest;
	struct look before, after;

	look(&before);
	/* Who reads a clock has the kernel follow. */
	read_syscall(CLOCK_REALTIME);
	clock = state_now(epoch);
	guest = state_now(guest_epoch);
	look(&after);
	if (!same_epochs(&before, &after)) {
		job->undecided++;
		return;
	}
	job->done++;
	if (clock != before.t.epoch || guest != before.guest_epoch)
		job_wrong(job, "epochs %#llx, %#llx, not the page's %#llx, %#llx",
			  (unsigned long long)clock, (unsigned long long)guest,
			  (unsigned long long)before.t.epoch,
			  (unsigned long long)before.guest_epoch);
}

void job_sysfs(struct job *job)
{
	int epoch = open_state("epoch"), guest_epoch = open_state("guest_epoch");

	while (!stopping()) {
		read_all(job);
		for (int i = 0; i < 50 && !stopping(); i++) {
			compare_epochs(job, epoch, guest_epoch);
			usleep(PAUSE_US);
		}
	}
	close(epoch);
	close(guest_epoch);
}

static int open_ptp(void)
{
	char path[80] = "", name[64];
	glob_t list;
	int fd;

	if (glob("/sys/class/ptp/ptp*", 0, NULL, &list))
		list.gl_pathc = 0;
	for (size_t i = 0; i < list.gl_pathc; i++) {
		snprintf(path, sizeof(path), "%s/clock_name", list.gl_pathv[i]);
		read_line(path, name, sizeof(name));
		if (strcmp(name, "hostclock"))
			continue;
		snprintf(path, sizeof(path), "/dev/%s",
			 strrchr(list.gl_pathv[i], '/') + 1);
		break;
	}
	globfree(&list);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("cannot open the PTP clock %s", path);
	return fd;
}

static int64_t ptp_ns(const struct ptp_clock_time *t)
{
	return t->sec * NSEC_PER_SEC + t->nsec;
}

/* Device and REALTIME of one instant: TAI's offset apart, to the nanosecond. */
static bool ask_precise(struct job *job, int fd, int64_t *off)
{
	struct ptp_sys_offset_precise o = { };

	if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &o)) {
		if (errno != EAGAIN)
			job_wrong(job, "PTP_SYS_OFFSET_PRECISE: %s", strerror(errno));
		return false;
	}
	*off = ptp_ns(&o.device) - ptp_ns(&o.sys_realtime);
	return true;
}

/* Device between two readings of REALTIME. */
static bool ask_extended(struct job *job, int fd, int64_t tai_ns, int64_t *off)
{
	struct ptp_sys_offset_extended o = { .n_samples = 1 };

	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &o)) {
		if (errno != EAGAIN)
			job_wrong(job, "PTP_SYS_OFFSET_EXTENDED: %s", strerror(errno));
		return false;
	}
	*off = tai_ns;
	if (ptp_ns(&o.ts[0][1]) < ptp_ns(&o.ts[0][0]) + tai_ns)
		*off = ptp_ns(&o.ts[0][1]) - ptp_ns(&o.ts[0][0]);
	if (ptp_ns(&o.ts[0][1]) > ptp_ns(&o.ts[0][2]) + tai_ns)
		*off = ptp_ns(&o.ts[0][1]) - ptp_ns(&o.ts[0][2]);
	return true;
}

void job_ptp(struct job *job)
{
	int fd = open_ptp();

	for (uint64_t i = 0; !stopping(); i++) {
		unsigned int clock = own_state(OWN_CLOCK);
		struct look before, after;
		int64_t tai_ns, off;
		bool good;

		look(&before);
		tai_ns = before.t.tai - before.t.real;
		good = i & 1 ? ask_precise(job, fd, &off) :
			       ask_extended(job, fd, tai_ns, &off);
		look(&after);
		if (good && same_epochs(&before, &after) &&
		    own_quiet(clock, own_state(OWN_CLOCK))) {
			job->done++;
			if (off != tai_ns)
				job_wrong(job, "%s: REALTIME + %lld ns, TAI is + %lld ns",
					  i & 1 ? "precise" : "extended",
					  (long long)off, (long long)tai_ns);
		} else {
			job->undecided++;
		}
		usleep(PAUSE_US);
	}
	close(fd);
}

/*
 * While the CPU that accepts new parameters is kept from running by the host, adjtimex() on
 * another answers by those accepted before.  That is over when it runs again.
 */
#define MAXERROR_TRIES	20

/* whole us, rounded up */
static bool is_maxerror(const struct timex *tx, const struct look *before,
			const struct look *after)
{
	return tx->maxerror * 1000ULL >= pages_maxerror(&before->t) &&
	       tx->maxerror * 1000ULL <= pages_maxerror(&after->t) + 1000;
}

static void judge_adjtimex(struct job *job, const struct timex *tx, int state,
			   const struct look *before, const struct look *after)
{
	bool synced = before->t.status == HOSTCLOCK_STATUS_SYNCHRONIZED;
	int64_t tai_ns = before->t.tai - before->t.real;

	job->done++;
	if (synced == (state == TIME_ERROR) || synced == !!(tx->status & STA_UNSYNC))
		job_wrong(job, "state %d, status %#x; the page's status is %u",
			  state, tx->status, before->t.status);
	else if (tx->tai * NSEC_PER_SEC != tai_ns)
		job_wrong(job, "TAI offset %d s, the page's is %lld ns", tx->tai,
			  (long long)tai_ns);
	else if (!is_maxerror(tx, before, after))
		job_wrong(job, "maxerror %ld us, the page's %llu to %llu ns",
			  tx->maxerror, (unsigned long long)pages_maxerror(&before->t),
			  (unsigned long long)pages_maxerror(&after->t));
}

void job_adjtimex(struct job *job)
{
	unsigned int tries = 0;

	while (!stopping()) {
		unsigned int clock = own_state(OWN_CLOCK);
		struct look before, after;
		struct timex tx = { };
		int state;

		look(&before);
		/* adjtimex() itself does not wait for what is new. */
		read_syscall(CLOCK_REALTIME);
		state = adjtimex(&tx);
		look(&after);
		if (state < 0)
			die("adjtimex");
		if (is_maxerror(&tx, &before, &after))
			tries = 0;
		else
			tries++;
		if (same_set(&before, &after) &&
		    own_quiet(clock, own_state(OWN_CLOCK)) &&
		    (!tries || tries > MAXERROR_TRIES))
			judge_adjtimex(job, &tx, state, &before, &after);
		else
			job->undecided++;
		usleep(PAUSE_US);
	}
}
