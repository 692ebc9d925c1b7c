// SPDX-License-Identifier: GPL-2.0
/*
 * Reads all clocks all the time, and reports of every change of the guest page's
 * epoch: readings after it that were wrong, and how far the clocks jumped.
 *
 * A reading is wrong if it is outside what the page says of the TSC before and
 * after it, by the offset that the host found out to be right in the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#define DEVICE		"/dev/hostclock0"
#define SYSFS		"/sys/class/misc/hostclock0/"
#define STAMP_FILE	"/tmp/events.stamp"

/* Kept: 2^16 readings, some 60 ms; 3 of 4 from after the event. */
#define KEPT		65536
#define KEPT_AFTER	49152
/* Within some 100 ms, the rate that the page is steered to changes by 50 ppm. */
#define TOLERANCE_NS	5000
/*
 * Files have the time of the last tick, which an emulated timer on a busy host may
 * well be late with.  Gaps are to be longer than this.
 */
#define TICKS_NS	500000000

/* A system call under emulation takes some 5 us. */
#define BRIEF_NS	200000

enum reader { VDSO, SYSCALL, FILE_STAMP, READERS };
static const char *const reader_names[] = { "vdso", "syscall", "kernel" };

struct reading {
	u64 before;
	u64 after;
	s64 ns;
	u8 clock;	/* index into clock_names */
	u8 reader;
};

/* The page's relation at one instant, to be extended both ways. */
struct relation {
	struct page_time at;
	u32 mult;
	u32 shift;
};

/* What became of one clock, as one reader saw it. */
struct verdict {
	unsigned int reads, wrong, back;
	s64 worst_ns;
	s64 jump_low_ns, jump_high_ns;
	u64 last_wrong;		/* TSC */
};

static struct reading kept[KEPT];
static u64 count;
/* Counts by which the TSC ran on while the guest did not run. */
static u64 ran_on;
static int stamp_fd;

static s64 read_stamp(void)
{
	struct stat st;

	if (futimens(stamp_fd, NULL) || fstat(stamp_fd, &st))
		die("no time for a file");
	return timespec_ns(&st.st_mtim);
}

static void take(u8 clock, u8 reader)
{
	struct reading *r = &kept[count++ % KEPT];
	clockid_t id = clock_names[clock].id;

	r->clock = clock;
	r->reader = reader;
	r->before = hostclock_rdtsc();
	if (reader == VDSO)
		r->ns = read_vdso(id);
	else
		r->ns = reader == SYSCALL ? read_syscall(id) : read_stamp();
	r->after = hostclock_rdtsc();
}

static void take_all(void)
{
	u8 clock;

	for (clock = 0; clock_names[clock].name; clock++) {
		take(clock, VDSO);
		take(clock, SYSCALL);
	}
	take(0, FILE_STAMP);
}

static s64 scaled(const struct relation *rel, s64 counts)
{
	return ((__int128)counts * rel->mult) >> rel->shift;
}

static void relate(struct relation *rel)
{
	const struct hostclock_params *set;
	struct pages pages;

	pages_open_device(&pages, DEVICE);
	pages_now(&pages, &rel->at);
	set = hostclock_newest(pages.clock, rel->at.seq);
	rel->mult = HOSTCLOCK_LE32(set->mult);
	rel->shift = HOSTCLOCK_LE32(set->shift);
}

/* By how much a reading is wrong, ns, if another one or the page is right. */
static s64 error_of(const struct relation *rel, const struct reading *r,
		    s64 right_ns, u64 right_before, u64 right_after)
{
	s64 low = right_ns + scaled(rel, r->before - right_after) - TOLERANCE_NS;
	s64 high = right_ns + scaled(rel, r->after - right_before) + TOLERANCE_NS;

	if (r->reader == FILE_STAMP)
		low -= TICKS_NS;
	if (r->ns < low)
		return r->ns - low;
	return r->ns > high ? r->ns - high : 0;
}

static void note_error(const struct reading *r, s64 error, struct verdict *v)
{
	v->reads++;
	if (!error)
		return;
	v->wrong++;
	v->last_wrong = r->after;
	if (llabs(error) > llabs(v->worst_ns))
		v->worst_ns = error;
}

/* What passed between two readings is between what passed within and around. */
static void judge_jump(const struct relation *rel, const struct reading *last,
		       const struct reading *r, struct verdict *v)
{
	s64 passed_ns = r->ns - last->ns + scaled(rel, ran_on);

	v->jump_low_ns = passed_ns - scaled(rel, r->after - last->before);
	v->jump_high_ns = passed_ns - scaled(rel, r->before - last->after);
}

/* REALTIME and TAI are the page's; the others are to go on as they do in the end. */
static s64 error_at(const struct relation *rel, const struct reading *r,
		    const struct reading *end)
{
	clockid_t id = clock_names[r->clock].id;

	if (id == CLOCK_REALTIME || id == CLOCK_TAI)
		return error_of(rel, r, page_clock(&rel->at, id), rel->at.tsc,
				rel->at.tsc);
	return error_of(rel, r, end->ns, end->before, end->after);
}

/* The i-th reading kept, if it is of that clock by that reader. */
static const struct reading *kept_at(u64 i, u8 clock, u8 reader)
{
	const struct reading *r = &kept[i % KEPT];

	return r->clock == clock && r->reader == reader ? r : NULL;
}

/*
 * The last reading before the event, and the very last.  One that began or ended
 * with the TSC at which the counter stood still may be of either side, and one
 * that took long says little.
 */
static void find_ends(const struct relation *rel, u8 clock, u8 reader,
		      u64 resume, const struct reading **last,
		      const struct reading **end)
{
	const struct reading *r;
	u64 i;

	*last = NULL;
	*end = NULL;
	for (i = count - KEPT; i != count; i++) {
		r = kept_at(i, clock, reader);
		if (!r || scaled(rel, r->after - r->before) > BRIEF_NS)
			continue;
		if ((s64)(r->after - resume) < 0)
			*last = r;
		*end = r;
	}
}

/* All readings of one clock by one reader, in their order. */
static void judge(const struct relation *rel, u8 clock, u8 reader, u64 resume,
		  struct verdict *v)
{
	const struct reading *last, *end, *r;
	s64 seen_ns = 0;
	u64 i;

	memset(v, 0, sizeof(*v));
	find_ends(rel, clock, reader, resume, &last, &end);
	if (!last || !end)
		die("no reading took less than %d ns", BRIEF_NS);
	judge_jump(rel, last, end, v);
	for (i = count - KEPT; i != count; i++) {
		r = kept_at(i, clock, reader);
		if (!r)
			continue;
		v->back += r->ns < seen_ns;
		seen_ns = r->ns;
		if ((s64)(r->before - resume) > 0)
			note_error(r, error_at(rel, r, end), v);
	}
}

static void show(const char *name)
{
	char text[128] = "?";
	FILE *f;

	snprintf(text, sizeof(text), SYSFS "%s", name);
	f = fopen(text, "r");
	if (!f || !fgets(text, sizeof(text), f))
		die("%s: cannot read", name);
	fclose(f);
	printf(" %s %s", name, strtok(text, "\n"));
}

static void report_clock(const struct relation *rel, u8 clock, u8 reader,
			 u64 resume)
{
	struct verdict v;
	s64 until = 0;

	judge(rel, clock, reader, resume, &v);
	if (v.wrong)
		until = scaled(rel, v.last_wrong - resume);
	printf("row %s %s %u %u %lld %lld %lld %lld %u\n",
	       clock_names[clock].name, reader_names[reader], v.reads, v.wrong,
	       (long long)v.worst_ns, (long long)until,
	       (long long)v.jump_low_ns, (long long)v.jump_high_ns, v.back);
}

static void report(const struct hostclock_guest_page *gp)
{
	u64 resume = HOSTCLOCK_LE64(gp->resume_tsc);
	u64 stop = HOSTCLOCK_LE64(gp->stop_tsc);
	struct relation rel;
	u8 clock;

	relate(&rel);
	ran_on = stop ? resume - stop : 0;
	printf("event gap_ns %llu", (unsigned long long)HOSTCLOCK_LE64(gp->gap_ns));
	show("cause");
	show("generation");
	show("disruptions");
	show("resyncs");
	putchar('\n');
	for (clock = 0; clock_names[clock].name; clock++) {
		report_clock(&rel, clock, VDSO, resume);
		report_clock(&rel, clock, SYSCALL, resume);
	}
	report_clock(&rel, 0, FILE_STAMP, resume);
	puts("end");
	fflush(stdout);
}

/* Until the page tells of another gap, and some time on. */
static void watch(const struct hostclock_guest_page *gp, u64 *seen)
{
	u64 until;

	do
		take_all();
	while (HOSTCLOCK_LE64(gp->resume_tsc) == *seen);
	for (until = count + KEPT_AFTER; count < until; )
		take_all();
	*seen = HOSTCLOCK_LE64(gp->resume_tsc);
}

int main(int argc, char **argv)
{
	struct pages pages;
	u64 events, seen;

	if (argc != 2) {
		fprintf(stderr, "usage: events NUMBER\n");
		return 2;
	}
	events = number_arg(argv[1], "NUMBER");
	stamp_fd = open(STAMP_FILE, O_CREAT | O_RDWR, 0600);
	if (stamp_fd < 0)
		die("cannot create %s", STAMP_FILE);
	pages_open_device(&pages, DEVICE);
	seen = HOSTCLOCK_LE64(pages.guest->resume_tsc);
	while (count < KEPT)
		take_all();
	puts("reading");
	fflush(stdout);
	while (events--) {
		watch(pages.guest, &seen);
		report(pages.guest);
	}
	return 0;
}
