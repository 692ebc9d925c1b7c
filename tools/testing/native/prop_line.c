// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lines that follow a clock page, against the compiler's 128 bits. */
#include <hostclock/line.h>
#include <inttypes.h>
#include <string.h>

#include "prop.h"

struct follow {
	struct hostclock_clock_page page;
	struct hostclock_leader leader;
	struct hostclock_course prev;
	u64 start;
	u64 overlap;
	u64 horizon;
};

/* A set of a TSC of 1.001 GHz and more, and a guest TSC up to some days after it */
static void make_follow(struct prop_case *c, struct follow *f)
{
	struct hostclock_params *p;

	prop_page(c, &f->page);
	p = &f->page.params[(le32toh(f->page.seq) >> 1) & 1];
	p->shift = htole32(24 + prop_below(c, 8));
	p->mult = htole32((1ULL << le32toh(p->shift)) / 1000 *
			  (100 + prop_below(c, 899)) + prop_below(c, 1000));
	p->mono_snsec = htole64(prop_u64(c) % ((1ULL << le32toh(p->shift)) * 1000000000));
	p->mono_sec = htole64(prop_below(c, 1ULL << 33));
	f->leader.params = p;
	f->start = HOSTCLOCK_LINE_MIN_START + prop_wide_below(c, 1ULL << 60);
	f->leader.tsc_offset = f->start - le64toh(p->cycle_last) -
			       prop_wide_below(c, 1ULL << 50);
	f->leader.mono_offset = prop_swide(c);
	f->overlap = prop_below(c, 1 << 14);
	f->horizon = 200000000 + prop_below(c, 1 << 30);
}

/* The leader's counter: ns, modulo 2^64, and the fraction in 2^-64 ns */
static u64 leader_ns(const struct follow *f, u64 tsc, u64 *frac)
{
	const struct hostclock_params *p = f->leader.params;
	u64 delta = tsc - f->leader.tsc_offset - le64toh(p->cycle_last);
	u128 sum = (u128)delta * le32toh(p->mult) + le64toh(p->mono_snsec);
	u32 shift = le32toh(p->shift);

	*frac = (u64)sum << (64 - shift);
	return (u64)(sum >> shift) + le64toh(p->mono_sec) * 1000000000 +
	       f->leader.mono_offset;
}

static u64 course_ns(const struct hostclock_course *l, u64 tsc)
{
	return (u64)((u128)tsc * l->scale >> 64) + l->offset;
}

/* Without a line before: the leader's value, never less, at most 1 ns more. */
static bool check_first(struct prop_case *c)
{
	struct hostclock_course l;
	struct follow f;
	u64 tsc, want, frac;
	s64 off;
	int i;

	make_follow(c, &f);
	if (!hostclock_course_make(&f.leader, NULL, f.start, f.overlap, f.horizon, &l))
		return prop_fail(c, "no line from %#" PRIx64, f.start);
	for (i = 0; i < 4; i++) {
		tsc = f.start + (i ? prop_wide_below(c, 1ULL << 29) : 0);
		want = leader_ns(&f, tsc, &frac);
		off = hostclock_course_ns(&l, tsc) - want;
		if (hostclock_course_ns(&l, tsc) != course_ns(&l, tsc) || off < 0 || off > 1)
			return prop_fail(c, "from %#" PRIx64 " at +%" PRIu64 ": %" PRId64 " ns off",
					 f.start, tsc - f.start, off);
		/* 2^29 ticks, by 2^-31 ns per tick at most: a quarter of a ns */
		if (off && frac < 3ULL << 62)
			return prop_fail(c, "1 ns more at fraction %#" PRIx64, frac);
		if (!hostclock_course_fits(&f.leader, &l, tsc))
			return prop_fail(c, "does not fit itself at +%" PRIu64, tsc - f.start);
	}
	return true;
}

/* A line that was up to 10 us off before */
static void make_prev(struct prop_case *c, struct follow *f)
{
	u64 frac, ns = leader_ns(f, f->start, &frac);

	f->prev.start = f->start - prop_below(c, 1 << 28);
	f->prev.scale = (u64)le32toh(f->leader.params->mult) <<
			(64 - le32toh(f->leader.params->shift));
	f->prev.scale += prop_below(c, f->prev.scale >> 9) - (f->prev.scale >> 10);
	f->prev.offset = 0;
	f->prev.offset = ns + prop_below(c, 20001) - 10000 - course_ns(&f->prev, f->start);
}

/* Is a line not below the one before for as long as that may be read? */
static bool check_overlap(struct prop_case *c, const struct follow *f,
			  const struct hostclock_course *l)
{
	u64 at[] = { 0, f->overlap, prop_below(c, f->overlap + 1), prop_below(c, f->overlap + 1) };
	s64 off;
	int i;

	for (i = 0; i < 4; i++) {
		off = course_ns(l, f->start + at[i]) - course_ns(&f->prev, f->start + at[i]);
		if (off < 0)
			return prop_fail(c, "goes back by %" PRId64 " ns at +%" PRIu64, -off,
					 at[i]);
	}
	return true;
}

/* What the line before gains on the leader while both may be read, rounded up */
static s64 overlap_gain(const struct follow *f)
{
	u32 shift = le32toh(f->leader.params->shift);
	u64 scale = (u64)le32toh(f->leader.params->mult) << (64 - shift);

	if (f->prev.scale <= scale)
		return 0;
	return (s64)((u128)(f->prev.scale - scale) * f->overlap >> 64) + 1;
}

/* Never below the line before; ahead of the leader no more than that was; then back. */
static bool check_next(struct prop_case *c)
{
	struct hostclock_course l;
	struct follow f;
	s64 before, after, later;
	u64 frac, ns;

	make_follow(c, &f);
	make_prev(c, &f);
	if (!hostclock_course_make(&f.leader, &f.prev, f.start, f.overlap, f.horizon, &l))
		return prop_fail(c, "no line from %#" PRIx64, f.start);
	ns = leader_ns(&f, f.start, &frac);
	before = course_ns(&f.prev, f.start) - ns;
	after = course_ns(&l, f.start) - ns;
	later = course_ns(&l, f.start + f.horizon) - leader_ns(&f, f.start + f.horizon, &frac);
	if (!check_overlap(c, &f, &l))
		return false;
	/* It comes back by 2^-14 ns per tick at most: 1 ns more within the overlap. */
	if (after > (before > 0 ? before : 0) + overlap_gain(&f) + 2)
		return prop_fail(c, "%" PRId64 " ns ahead after %" PRId64, after, before);
	/* likewise; and the horizon is up to 2^31 ticks: 1 ns by the scale's lowest bits */
	if (later < -1 || later > 3)
		return prop_fail(c, "%" PRId64 " ns off at the horizon", later);
	return true;
}

/* No line where the arithmetic allows none */
static bool check_none(struct prop_case *c)
{
	struct hostclock_course l;
	struct follow f;
	struct hostclock_params *p;

	make_follow(c, &f);
	p = (struct hostclock_params *)f.leader.params;
	if (prop_below(c, 2))
		f.start = prop_wide_below(c, HOSTCLOCK_LINE_MIN_START);
	else
		p->mult = htole32((1U << le32toh(p->shift)) + prop_wide_below(c, 1U << 31));
	if (hostclock_course_make(&f.leader, NULL, f.start, f.overlap, f.horizon, &l))
		return prop_fail(c, "a line from %#" PRIx64 ", mult %#x, shift %u", f.start,
				 le32toh(p->mult), le32toh(p->shift));
	return true;
}

static bool check_fits(struct prop_case *c)
{
	struct hostclock_course l;
	struct follow f;
	u64 frac;
	s64 off;

	make_follow(c, &f);
	make_prev(c, &f);
	l = f.prev;
	l.offset = leader_ns(&f, f.start, &frac) - ((u64)((u128)f.start * l.scale >> 64)) +
		   prop_below(c, 9) - 4;
	off = course_ns(&l, f.start) - leader_ns(&f, f.start, &frac);
	if (hostclock_course_fits(&f.leader, &l, f.start) != (off >= -1 && off <= 1))
		return prop_fail(c, "%" PRId64 " ns off", off);
	l.offset += prop_swide(c);
	off = course_ns(&l, f.start) - leader_ns(&f, f.start, &frac);
	if (hostclock_course_lead_ns(&f.leader, &l, f.start) != off)
		return prop_fail(c, "another lead than %" PRId64 " ns", off);
	return true;
}

static void make_line(struct prop_case *c, struct hostclock_line *line, u64 start, u64 epoch)
{
	line->start = htole64(start);
	line->scale = htole64(prop_u64(c) >> 1);
	line->offset = htole64(prop_wide(c));
	line->epoch = htole64(prop_below(c, 4) ? epoch : prop_wide(c));
}

static u64 line_ns(const struct hostclock_line *line, u64 tsc)
{
	return (u64)((u128)tsc * le64toh(line->scale) >> 64) + le64toh(line->offset);
}

/* Which line holds when */
static bool check_eval(struct prop_case *c)
{
	struct hostclock_line_page lp = { 0 };
	u64 tsc = prop_below(c, 1ULL << 62) + (1ULL << 60), epoch = prop_u64(c) | 1, ns = 0, want;
	u32 seq = prop_u64(c);
	struct hostclock_line *newest = &lp.line[(seq >> 1) & 1];
	struct hostclock_line *other = &lp.line[((seq >> 1) & 1) ^ 1];
	bool good, want_good;

	make_line(c, newest, tsc + prop_below(c, 200) - 100, epoch);
	make_line(c, other, tsc + prop_below(c, 200) - 150, epoch);
	want_good = le64toh(newest->epoch) == epoch;
	if (tsc >= le64toh(newest->start)) {
		want = line_ns(newest, tsc);
	} else if (seq & 1) {
		want = line_ns(newest, le64toh(newest->start));
	} else {
		want = line_ns(other, tsc);
		want_good &= le64toh(other->epoch) == epoch && tsc >= le64toh(other->start);
	}
	good = hostclock_line_eval(&lp, seq, epoch, tsc, &ns);
	if (good != want_good)
		return prop_fail(c, "a line: %d", good);
	if (good && ns != want)
		return prop_fail(c, "%" PRId64 " ns off", (s64)(ns - want));
	return true;
}

static struct hostclock_line line_of(const struct hostclock_course *l, u64 epoch)
{
	return (struct hostclock_line){ htole64(l->start), htole64(l->scale), htole64(l->offset),
					htole64(epoch) };
}

/* What the writer leaves is what readers find, the vDSO's way as well. */
static bool check_write(struct prop_case *c)
{
	struct hostclock_line_page lp = { .seq = htole32(prop_u64(c)) };
	u32 seq = le32toh(lp.seq), sequence = 1 + prop_below(c, 1000);
	u64 ns = 0, epoch = prop_u64(c) | 1, tsc;
	struct hostclock_line *line;
	struct hostclock_course l;
	struct follow f;

	make_follow(c, &f);
	lp.tsc_sequence = htole32(prop_u64(c));
	hostclock_line_close(&lp);
	if (lp.tsc_sequence ||
	    !hostclock_course_make(&f.leader, NULL, f.start, f.overlap, f.horizon, &l))
		return prop_fail(c, "not closed, or no line");
	line = hostclock_line_claim(&lp, seq);
	if (!(le32toh(lp.seq) & 1) || line != &lp.line[(seq >> 1 & 1) ^ 1] ||
	    !hostclock_line_retry(&lp, seq & ~1U))
		return prop_fail(c, "claimed at %#x: %#x", seq, le32toh(lp.seq));
	*line = line_of(&l, epoch);
	hostclock_line_publish(&lp, seq);
	if (hostclock_line_retry(&lp, hostclock_line_begin(&lp)))
		return prop_fail(c, "retry at rest");
	hostclock_line_open(&lp, &l, sequence);
	tsc = f.start + prop_below(c, 1 << 30);
	if (!hostclock_line_eval(&lp, hostclock_line_begin(&lp), epoch, tsc, &ns) ||
	    le32toh(lp.tsc_sequence) != sequence ||
	    ns != (u64)((u128)tsc * le64toh(lp.tsc_scale) >> 64) + le64toh(lp.tsc_offset))
		return prop_fail(c, "kernel and vDSO differ, sequence %u", sequence);
	return true;
}

/* Both kinds of readers go over from one line to the next. */
static bool check_switch(struct prop_case *c)
{
	struct hostclock_line_page lp = { .seq = htole32(prop_u64(c) & ~1U) };
	u32 seq = le32toh(lp.seq), sequence = 1 + prop_below(c, 1000);
	u64 ns = 0, epoch = prop_u64(c) | 1, tsc;
	struct hostclock_line *line;
	struct hostclock_course l;
	struct follow f;

	make_follow(c, &f);
	make_prev(c, &f);
	hostclock_line_open(&lp, &f.prev, 1001);
	if (!hostclock_course_make(&f.leader, &f.prev, f.start, f.overlap, f.horizon, &l))
		return prop_fail(c, "no line from %#" PRIx64, f.start);
	line = hostclock_line_claim(&lp, seq);
	*line = line_of(&l, epoch);
	if (le32toh(lp.tsc_sequence) != 1001)
		return prop_fail(c, "closed before it was written");
	hostclock_line_switch(&lp, seq, &l, sequence);
	tsc = f.start + prop_below(c, 1 << 30);
	if (le32toh(lp.seq) != seq + 2 || le32toh(lp.tsc_sequence) != sequence ||
	    !hostclock_line_eval(&lp, hostclock_line_begin(&lp), epoch, tsc, &ns) ||
	    ns != (u64)((u128)tsc * le64toh(lp.tsc_scale) >> 64) + le64toh(lp.tsc_offset))
		return prop_fail(c, "kernel and vDSO differ, sequence %u", sequence);
	return true;
}

const struct property line_properties[] = {
	{ "line-first", check_first },
	{ "line-next", check_next },
	{ "line-none", check_none },
	{ "line-fits", check_fits },
	{ "line-eval", check_eval },
	{ "line-write", check_write },
	{ "line-switch", check_switch },
	{ NULL, NULL }
};
