// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The readers' answer for every state of a page, against the ABI's words. */
#include <hostclock/validate.h>
#include <inttypes.h>
#include <string.h>

#include "prop.h"

struct scene {
	struct hostclock_clock_page cp;
	struct hostclock_guest_page gp;
	struct hostclock_accepted accepted;
	enum hostclock_counter which;
	u32 seq;
	u64 tsc;
};

/* Puts a set of another page of the same format where the older one stands. */
static void add_previous(struct prop_case *c, struct scene *s)
{
	struct hostclock_params *newest, *older;
	struct hostclock_clock_page other;

	prop_page(c, &other);
	newest = &s->cp.params[(s->seq >> 1) & 1];
	older = &s->cp.params[((s->seq >> 1) & 1) ^ 1];
	*older = *hostclock_newest(&other, le32toh(other.seq));
	older->cycle_last = htole64(le64toh(newest->cycle_last) -
				    prop_wide_below(c, 1ULL << 62) +
				    prop_wide_below(c, 1ULL << 40));
	if (prop_below(c, 2))
		older->epoch = newest->epoch;
	if (!prop_below(c, 4))
		older->epoch = 0;
}

static void make_scene(struct prop_case *c, struct scene *s)
{
	const struct hostclock_params *p;

	memset(s, 0, sizeof(*s));
	prop_page(c, &s->cp);
	s->seq = le32toh(s->cp.seq);
	s->which = prop_below(c, 2);
	p = hostclock_newest(&s->cp, s->seq);
	if (prop_below(c, 4))
		add_previous(c, s);
	s->gp.epoch = htole64(1 + prop_below(c, ~0ULL));
	s->accepted.clock_epoch = le64toh(p->epoch);
	s->accepted.guest_epoch = le64toh(s->gp.epoch);
	s->accepted.tsc_offset = prop_u64(c);
	s->accepted.mono_offset = prop_swide(c);
	s->accepted.raw_offset = prop_swide(c);
	if (!prop_below(c, 8))
		s->accepted.clock_epoch ^= prop_wide(c);
	if (!prop_below(c, 8))
		s->accepted.guest_epoch ^= prop_wide(c);
	s->tsc = le64toh(p->cycle_last) + s->accepted.tsc_offset;
	s->tsc += prop_below(c, 4) ? prop_wide_below(c, le64toh(p->max_cycles)) :
				     (u64)prop_swide(c);
}

/* Which set holds at the scene's TSC, and the delta from its cycle_last. */
static const struct hostclock_params *holds(const struct scene *s, u64 *delta)
{
	u32 n = s->seq / 2;
	const struct hostclock_params *newest = &s->cp.params[n % 2];
	const struct hostclock_params *older = &s->cp.params[(n + 1) % 2];
	u64 counter = s->tsc - s->accepted.tsc_offset;

	*delta = counter - le64toh(newest->cycle_last);
	if (!(*delta >> 63))
		return newest;
	*delta = counter - le64toh(older->cycle_last);
	if (s->seq % 2 == 0 && older->epoch && !(*delta >> 63))
		return older;
	*delta = 0;
	return newest;
}

static enum hostclock_result expect(const struct scene *s, u64 *ns)
{
	const struct hostclock_params *newest = &s->cp.params[s->seq / 2 % 2];
	const struct hostclock_params *p;
	u64 delta, offset;
	u128 base;

	p = holds(s, &delta);
	base = (u128)prop_sec(p, s->which) * 1000000000;
	offset = s->which == HOSTCLOCK_RAW ? s->accepted.raw_offset : s->accepted.mono_offset;
	*ns = base + prop_clamp(prop_ns(p, s->which, delta) - base) + offset;
	if (le64toh(s->gp.epoch) != s->accepted.guest_epoch ||
	    (le64toh(p->epoch) != s->accepted.clock_epoch &&
	     le64toh(newest->epoch) != s->accepted.clock_epoch))
		return HOSTCLOCK_MOVED;
	/* before both sets, by more than cross-CPU skew */
	delta = le64toh(p->cycle_last) - (s->tsc - s->accepted.tsc_offset);
	if (delta > HOSTCLOCK_MAX_CPU_SKEW && delta <= 1ULL << 63)
		return HOSTCLOCK_MOVED;
	return *ns >> 63 ? HOSTCLOCK_RANGE : HOSTCLOCK_OK;
}

static bool check_eval(struct prop_case *c)
{
	enum hostclock_result want, got;
	struct scene s;
	u64 want_ns, ns;

	make_scene(c, &s);
	want = expect(&s, &want_ns);
	got = hostclock_eval(&s.cp, s.seq, &s.gp, &s.accepted, s.which, s.tsc, &ns);
	if (got != want || ns != want_ns)
		return prop_fail(c, "result %d %" PRIu64 " ns, not %d %" PRIu64 " ns",
				 got, ns, want, want_ns);
	return true;
}

/* The short path agrees with the long one, and is taken where it can be. */
static bool check_eval_fast(struct prop_case *c)
{
	enum hostclock_result result;
	const struct hostclock_params *p;
	u64 fast_ns = 0, ns, delta;
	struct scene s;
	bool fast;

	make_scene(c, &s);
	fast = hostclock_eval_fast(&s.cp, s.seq, &s.gp, &s.accepted, s.which, s.tsc,
				   &fast_ns);
	result = hostclock_eval(&s.cp, s.seq, &s.gp, &s.accepted, s.which, s.tsc, &ns);
	if (fast && (result != HOSTCLOCK_OK || fast_ns != ns))
		return prop_fail(c, "fast %" PRIu64 " ns, slow %d %" PRIu64 " ns", fast_ns,
				 result, ns);
	p = &s.cp.params[s.seq / 2 % 2];
	delta = s.tsc - s.accepted.tsc_offset - le64toh(p->cycle_last);
	if (!fast && result == HOSTCLOCK_OK && delta <= le64toh(p->max_cycles) &&
	    !(delta >> 63) && le64toh(p->epoch) == s.accepted.clock_epoch)
		return prop_fail(c, "the short path was refused at delta %" PRIu64, delta);
	return true;
}

/* An update completed since begin is noticed; one begun only matters if it must. */
static bool check_retry(struct prop_case *c)
{
	enum hostclock_result got;
	u64 ns, delta, steps;
	bool older, busy;
	struct scene s;

	make_scene(c, &s);
	older = holds(&s, &delta) != &s.cp.params[s.seq / 2 % 2];
	steps = prop_wide_below(c, 1ULL << 32);
	s.cp.seq = htole32(s.seq + (u32)steps);
	busy = (u32)(s.seq + steps) / 2 != s.seq / 2 || (older && (u32)steps);
	got = hostclock_eval(&s.cp, s.seq, &s.gp, &s.accepted, s.which, s.tsc, &ns);
	if ((got == HOSTCLOCK_BUSY) != busy)
		return prop_fail(c, "seq %u then %u more: result %d", s.seq, (u32)steps, got);
	if (busy && hostclock_eval_fast(&s.cp, s.seq, &s.gp, &s.accepted, s.which,
					s.tsc, &ns))
		return prop_fail(c, "short path: seq %u then %u more", s.seq, (u32)steps);
	return true;
}

/* A snapshot holds the newest set alone, and reads like the page. */
static bool check_snapshot(struct prop_case *c)
{
	struct hostclock_clock_page copy;
	struct hostclock_params set;
	enum hostclock_result a, b;
	u64 ns, copy_ns, delta;
	struct scene s;
	u32 seq;

	make_scene(c, &s);
	if (!hostclock_snapshot_params(&s.cp, &set, &seq) || seq != s.seq ||
	    memcmp(&set, &s.cp.params[s.seq / 2 % 2], sizeof(set)) ||
	    !hostclock_snapshot_params(&s.cp, &set, NULL))
		return prop_fail(c, "set");
	if (!hostclock_snapshot_page(&s.cp, &copy) ||
	    le32toh(copy.seq) != (s.seq & ~1U) ||
	    memcmp(&copy.params[s.seq / 2 % 2], &set, sizeof(set)) ||
	    copy.params[(s.seq / 2 + 1) % 2].epoch)
		return prop_fail(c, "page");
	if (holds(&s, &delta) != &s.cp.params[s.seq / 2 % 2])
		return true;
	a = hostclock_eval(&s.cp, s.seq, &s.gp, &s.accepted, s.which, s.tsc, &ns);
	b = hostclock_eval(&copy, s.seq & ~1U, &s.gp, &s.accepted, s.which, s.tsc, &copy_ns);
	if (a != b || ns != copy_ns)
		return prop_fail(c, "the copy reads %d %" PRIu64, b, copy_ns);
	return true;
}

/* Pages with an ordinary sequence count: never while it is odd. */
static bool check_snapshot_guest(struct prop_case *c)
{
	struct hostclock_guest_page gp, copy;
	struct hostclock_vmclock vc;
	bool got;
	size_t i;

	for (i = 0; i < sizeof(gp) / 8; i++)
		((u64 *)&gp)[i] = prop_u64(c);
	got = hostclock_snapshot_guest(&gp, &copy);
	if (got != !(le32toh(gp.seq) & 1))
		return prop_fail(c, "guest page, seq %u: %d", le32toh(gp.seq), got);
	if (got && memcmp(&copy.magic, &gp.magic, sizeof(gp) -
			  offsetof(struct hostclock_guest_page, magic)))
		return prop_fail(c, "guest page differs");
	got = hostclock_snapshot_vmclock(&gp.vmclock, &vc);
	if (got != !(le32toh(gp.vmclock.seq_count) & 1))
		return prop_fail(c, "vmclock, seq %u: %d", le32toh(gp.vmclock.seq_count), got);
	if (got && memcmp(&vc, &gp.vmclock, sizeof(vc)))
		return prop_fail(c, "vmclock differs");
	return true;
}

const struct property reader_properties[] = {
	{ "eval", check_eval },
	{ "eval-fast", check_eval_fast },
	{ "retry", check_retry },
	{ "snapshot", check_snapshot },
	{ "snapshot-guest", check_snapshot_guest },
	{ NULL, NULL }
};
