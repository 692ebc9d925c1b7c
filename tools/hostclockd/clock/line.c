// SPDX-License-Identifier: GPL-2.0
/*
 * Line pages, see the ABI header.  Only guests that accepted their epoch get lines.  What
 * a guest can write is compared and nothing else, but in a file that was there before: its
 * sequence count chooses the line to be written first, and its newest line is continued if
 * it is near the clock page.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <hostclock/line.h>

#include "base/guard.h"
#include "base/rate.h"
#include "line.h"

/* How often to try to publish a line in time, at each update */
#define MAX_TRIES	4

/*
 * A line that was ahead is the clock page's again after this many updates: two, so that
 * one that is a little late does not find it behind.
 */
#define HORIZON_UPDATES	2

/*
 * A line further from the clock page is not continued: guests use none that is further off,
 * see HOSTCLOCK_LINE_MAX_OFF_NS.
 */
#define MAX_LEAD_NS	1000000LL

/* When to look again whether a guest has accepted: after 1 ms, 2 ms, ... 64 ms */
#define SOONEST_NS	1000000ULL
#define LATEST_NS	64000000ULL

/* Guests that never asked for lines, looked at per run: constant work */
#define LOOKS		32

/**
 * struct guest_line - one guest's line page
 * @id:		what the guest is called here
 * @map:	the page
 * @target:	what its lines follow
 * @course:	the newest line, if @known
 * @seq:	sequence count of the lines
 * @sequence:	the vDSO's when it was last open
 * @found:	the page was there before, and so may be a line that the guest reads
 * @known:	there is a line of this epoch
 * @stale:	the newest line may have been overwritten
 * @open:	the vDSO reads the page
 */
struct guest_line {
	u32 id;
	struct hostclock_line_page *map;
	struct line_target target;
	struct hostclock_course course;
	u32 seq;
	u32 sequence;
	bool found;
	bool known;
	bool stale;
	bool open;
};

/* First those of guests that have accepted an epoch: nothing looks at all others' at once. */
static struct guest_line lines[LINES_MAX];
static unsigned int count, asked, next_look;
static u64 next_wait_ns = SOONEST_NS;

/* The clock pages' newest parameters, as they are in the pages */
static struct hostclock_params encoded[PAGES];

static struct guest_line *find(u32 id)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (lines[i].id == id)
			return &lines[i];
	}
	return NULL;
}

static void close_vdso(struct guest_line *l)
{
	hostclock_line_close(l->map);
	l->open = false;
}

/* All but the words that the guest writes: it, or a migration, may have overwritten it. */
static void write_header(struct guest_line *l)
{
	close_vdso(l);
	WRITE_ONCE(l->map->version, htole16(HOSTCLOCK_VERSION));
	WRITE_ONCE(l->map->size, htole16(sizeof(*l->map)));
	WRITE_ONCE(l->map->magic, htole32(HOSTCLOCK_LINE_MAGIC));
}

/* The line page in a guest's file, NULL if there is none.  It is the last page in use. */
static void *map_page(int fd, struct problem *why)
{
	off_t at = HOSTCLOCK_PAGE_SIZE;
	struct stat st;
	void *map;

	if (fstat(fd, &st) || st.st_size < PLAIN_FILE_SIZE) {
		problem_set(why, "a page file has no room for a line page");
		return NULL;
	}
	/* Private files, with copies of the clock pages, are nobody else's to read. */
	if (!(st.st_mode & 0044))
		at += PAGES * HOSTCLOCK_PAGE_SIZE;
	map = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE, fd, at);
	if (map == MAP_FAILED) {
		problem_errno(why, "cannot map a page file");
		return NULL;
	}
	if (guard_add(map, HOSTCLOCK_PAGE_SIZE, why)) {
		munmap(map, HOSTCLOCK_PAGE_SIZE);
		return NULL;
	}
	mlock(map, HOSTCLOCK_PAGE_SIZE);
	return map;
}

/**
 * line_add - begin with the line page in a guest's file
 * @id: what to call the guest; what was called so is forgotten
 * @fd: the file, which stays the caller's
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int line_add(u32 id, int fd, struct problem *why)
{
	struct guest_line *l;
	void *map;

	line_remove(id);
	if (count == LINES_MAX)
		return problem_set(why, "there are %d guests, the most there can be", LINES_MAX);
	map = map_page(fd, why);
	if (!map)
		return -1;
	l = &lines[count++];
	*l = (struct guest_line){ .id = id, .map = map, .found = true };
	l->seq = HOSTCLOCK_LE32(l->map->seq) & ~1U;
	l->sequence = hostclock_rdtsc();
	write_header(l);
	return 0;
}

void line_remove(u32 id)
{
	struct guest_line *l = find(id);

	if (!l)
		return;
	close_vdso(l);
	guard_remove(l->map);
	munmap(l->map, HOSTCLOCK_PAGE_SIZE);
	if (l < lines + asked) {
		*l = lines[--asked];
		l = &lines[asked];
	}
	*l = lines[--count];
}

void line_remove_all(void)
{
	while (count)
		line_remove(lines[0].id);
}

/**
 * line_follow - a guest page is about to say something else, or may have been overwritten
 * @id: whose
 * @target: what it will say
 * @why: what went wrong
 *
 * The vDSO asks the guest's kernel until that has accepted the epoch.
 *
 * Return: 0 or -1.
 */
int line_follow(u32 id, const struct line_target *target, struct problem *why)
{
	struct guest_line *l = find(id);

	if (!l)
		return problem_set(why, "the clock has no such line page");
	if (target->page >= PAGES)
		return problem_set(why, "there is no clock page %u", target->page);
	write_header(l);
	l->stale = true;
	if (l->target.epoch != target->epoch)
		l->known = false;
	l->target = *target;
	next_wait_ns = SOONEST_NS;
	return 0;
}

/* Before a clock page's epoch changes: no vDSO may read on across that. */
void lines_close(u32 page)
{
	unsigned int i;

	next_wait_ns = SOONEST_NS;
	for (i = 0; i < asked; i++) {
		if (lines[i].target.page == page)
			close_vdso(&lines[i]);
	}
}

static bool guest_reads(const struct guest_line *l)
{
	return l->target.epoch &&
	       HOSTCLOCK_LE64(l->map->accepted_guest_epoch) == l->target.epoch;
}

static bool guest_accepted(const struct guest_line *l)
{
	return guest_reads(l) && !l->target.held;
}

static bool has_unread(const struct guest_line *l)
{
	return l->target.epoch && !guest_reads(l) && (l->found || l->known || l->open);
}

/*
 * A guest that no longer reads its lines, as without its driver, may begin again: not with
 * what is old by then, and the next line is not to continue that.
 */
static void withdraw_unread(struct guest_line *l)
{
	if (!has_unread(l))
		return;
	close_vdso(l);
	hostclock_line_claim(l->map, l->seq)->epoch = 0;
	hostclock_line_publish(l->map, l->seq);
	l->seq += 2;
	l->found = false;
	l->known = false;
}

static bool clock_accepted(const struct guest_line *l)
{
	u64 epoch = HOSTCLOCK_LE64(encoded[l->target.page].epoch);

	return epoch && HOSTCLOCK_LE64(l->map->accepted_clock_epoch) == epoch;
}

static u32 next_sequence(struct guest_line *l)
{
	l->sequence = (l->sequence + 1) & 0xffffff;
	l->sequence += !l->sequence;
	return l->sequence;
}

static void open_vdso(struct guest_line *l)
{
	if (!clock_accepted(l))
		return;
	hostclock_line_open(l->map, &l->course, next_sequence(l));
	l->open = true;
}

static u8 format(const struct clock *clk, const struct guest_line *l)
{
	return clk->now.pages[l->target.page].format;
}

static u64 guest_tsc(const struct clock *clk, const struct guest_line *l, u64 tsc)
{
	return view_counter(&clk->now, format(clk, l), tsc) + l->target.tsc_offset;
}

static u64 horizon(const struct clock *clk, const struct guest_line *l)
{
	return rate_counts(HORIZON_UPDATES * clk->opt->interval_ns,
			   view_rate(&clk->now, format(clk, l), clk->now.scale));
}

static struct hostclock_leader leader_of(const struct guest_line *l)
{
	return (struct hostclock_leader){
		.params = &encoded[l->target.page],
		.tsc_offset = l->target.tsc_offset,
		.mono_offset = l->target.mono_offset,
	};
}

/* Is it the clock page's value now, and will it be? */
static bool still_fits(const struct clock *clk, const struct guest_line *l, u64 tsc)
{
	struct hostclock_leader leader = leader_of(l);

	return l->known && !l->stale && hostclock_course_fits(&leader, &l->course, tsc) &&
	       hostclock_course_fits(&leader, &l->course, tsc + horizon(clk, l));
}

/* Fill in the line that begins at a host TSC value.  Return false if there can be none. */
static bool fill_line(const struct clock *clk, struct guest_line *l, u64 tsc,
		      struct hostclock_course *course)
{
	u64 overlap = rate_counts(HOSTCLOCK_LINE_OVERLAP_NS,
				  view_rate(&clk->now, format(clk, l), clk->now.scale));
	struct hostclock_leader leader = leader_of(l);
	struct hostclock_line *line;

	if (!hostclock_course_make(&leader, l->known ? &l->course : NULL, guest_tsc(clk, l, tsc),
				   overlap, horizon(clk, l), course))
		return false;
	line = hostclock_line_claim(l->map, l->seq);
	line->start = htole64(course->start);
	line->scale = htole64(course->scale);
	line->offset = htole64(course->offset);
	line->epoch = htole64(l->target.epoch);
	return true;
}

/*
 * All readers go over to the line that was filled in, unless it is too late for that: return
 * false.  Nothing is computed between the look at the TSC and the stores.
 */
static bool switch_line(struct guest_line *l, const struct hostclock_course *course, u64 until)
{
	bool opens = clock_accepted(l);
	u32 sequence = opens ? next_sequence(l) : 0;
	struct hostclock_line_page *map = l->map;
	const struct hostclock_course c = *course;
	u32 seq = l->seq;

	if ((s64)(hostclock_rdtsc() - until) > 0)
		return false;
	if (opens) {
		hostclock_line_switch(map, seq, &c, sequence);
	} else {
		hostclock_line_close(map);
		hostclock_line_publish(map, seq);
	}
	l->open = opens;
	l->seq += 2;
	l->course = c;
	l->known = true;
	l->stale = false;
	return true;
}

/* The vDSO reads the old line until it reads the new one. */
static void renew(const struct clock *clk, struct guest_line *l)
{
	u64 in_time = rate_counts(HOSTCLOCK_LINE_OVERLAP_NS / 2, clk->now.scale), tsc;
	struct hostclock_course course;
	int i;

	for (i = 0; i < MAX_TRIES; i++) {
		tsc = hostclock_rdtsc();
		if (!fill_line(clk, l, tsc, &course)) {
			close_vdso(l);
			return;
		}
		if (switch_line(l, &course, tsc + in_time))
			return;
	}
}

/* Look again soon while a guest has not accepted its new epoch. */
static u64 wait_ns(bool waiting)
{
	u64 ns = next_wait_ns;

	if (!waiting || ns > LATEST_NS)
		return LINES_IDLE;
	next_wait_ns = 2 * ns;
	return ns;
}

/* Guests that never asked cost nothing but a look in turn. */
static void look_for_new(void)
{
	unsigned int most = count - asked, i;
	struct guest_line *l, first;

	for (i = 0; i < LOOKS && i < most; i++) {
		if (next_look < asked || next_look >= count)
			next_look = asked;
		l = &lines[next_look++];
		withdraw_unread(l);
		if (!guest_accepted(l))
			continue;
		first = lines[asked];
		lines[asked++] = *l;
		*l = first;
	}
}

/*
 * After a restart the guest's clock may be ahead of the clock page, by a line that the
 * process before wrote: without it the next would go back behind that.
 */
static void take_over(const struct clock *clk, struct guest_line *l)
{
	const struct hostclock_line *newest = &l->map->line[(l->seq >> 1) & 1];
	u64 tsc = guest_tsc(clk, l, hostclock_rdtsc());
	struct hostclock_leader leader = leader_of(l);
	s64 lead_ns;

	l->found = false;
	if (!hostclock_line_copy(newest, l->target.epoch, &l->course))
		return;
	lead_ns = hostclock_course_lead_ns(&leader, &l->course, tsc);
	l->known = lead_ns < MAX_LEAD_NS && lead_ns > -MAX_LEAD_NS;
}

/* What a guest's lines need: nothing, or to be opened, or another line; or it waits. */
static bool needs_line(const struct clock *clk, struct guest_line *l, bool *waiting)
{
	u64 tsc = hostclock_rdtsc();

	withdraw_unread(l);
	if (!guest_accepted(l)) {
		*waiting = true;
		return false;
	}
	if (l->found)
		take_over(clk, l);
	if (!still_fits(clk, l, guest_tsc(clk, l, tsc)))
		return true;
	if (!l->open)
		open_vdso(l);
	*waiting |= !l->open;
	return false;
}

/*
 * Will a line have to be written, or opened, when the newest parameters begin?  Most do
 * not change the course of any, and then nobody has to wake up for them.
 */
static bool needs_run(const struct clock *clk)
{
	struct guest_line *l;
	bool accepted;

	for (l = lines; l < lines + asked; l++) {
		accepted = guest_accepted(l);
		if (has_unread(l))
			return true;
		if (l->open ? accepted && !still_fits(clk, l, guest_tsc(clk, l, clk->now.begins)) :
			      accepted || next_wait_ns <= LATEST_NS)
			return true;
	}
	return false;
}

/**
 * lines_run - let the lines follow the clock pages, and open those that were accepted
 * @clk: the clock; nothing is done before its newest parameters have begun
 *
 * Return: in how many ns it should run again if no update comes before, or LINES_IDLE.
 */
u64 lines_run(const struct clock *clk)
{
	s64 early_ns = rate_ns_until(clk->now.begins, clk->now.scale);
	bool waiting = false;
	unsigned int i;

	look_for_new();
	if (!asked)
		return LINES_IDLE;
	for (i = 0; i < PAGES; i++)
		params_encode(&clk->now.pages[i].params, &encoded[i]);
	if (early_ns >= 0)
		return needs_run(clk) ? (u64)early_ns + 1 : LINES_IDLE;
	for (i = 0; i < asked; i++) {
		if (needs_line(clk, &lines[i], &waiting))
			renew(clk, &lines[i]);
	}
	return wait_ns(waiting);
}
