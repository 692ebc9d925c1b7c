// SPDX-License-Identifier: GPL-2.0
/* Clocks before and after a jump.  See jumpclocks.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hostclock/math.h>

#include "check.h"
#include "clocks.h"
#include "jumpclocks.h"

#define DEVICE		"/dev/hostclock0"
/* Readings per clock and reader that narrow a constant down */
#define ROUNDS		200
/* For the host to do as it was asked */
#define PATIENCE_SEC	60

static struct pages pages;

static u64 page_gaps(void)
{
	const struct hostclock_guest_page *gp = pages.guest;
	u64 gaps_ns;
	u32 seq;

	do {
		seq = hostclock_seq_begin(&gp->seq);
		gaps_ns = HOSTCLOCK_LE64(gp->gaps_ns);
	} while (hostclock_seq_retry(&gp->seq, seq));
	return gaps_ns;
}

static s64 host_mono(const struct page_time *t)
{
	return t->mono - pages.mono_offset_ns;
}

static s64 host_clock(const struct page_time *t, enum jump_clock clock)
{
	switch (clock) {
	case REAL:
		return t->real;
	case TAI:
		return t->tai;
	case RAW:
		return t->raw - pages.raw_offset_ns;
	default:
		return host_mono(t);
	}
}

static s64 read_by(int reader, enum jump_clock clock)
{
	clockid_t id = clock_names[clock].id;

	return reader ? read_syscall(id) : read_vdso(id);
}

static void narrow(struct bounds *b, s64 low_ns, s64 high_ns)
{
	if (low_ns > b->low_ns)
		b->low_ns = low_ns;
	if (high_ns < b->high_ns)
		b->high_ns = high_ns;
}

static void stand_clock(struct standing *s, enum jump_clock clock, int reader)
{
	struct page_time before, after;
	s64 ns;

	pages_renew(&pages, DEVICE);
	pages_now(&pages, &before);
	ns = read_by(reader, clock);
	pages_now(&pages, &after);
	if (before.epoch != after.epoch || pages_are_old(&pages))
		return;
	narrow(&s->off[clock], ns - host_clock(&after, clock),
	       ns - host_clock(&before, clock));
	narrow(&s->by_mono[clock], ns - host_mono(&after),
	       ns - host_mono(&before));
	s->tsc = before.tsc;
	s->mono_ns = host_mono(&before);
	s->real_ns = before.real;
}

/* Each CPU has them twice, for timers in hard and in soft interrupts. */
static void stand_timers(struct standing *s)
{
	static const enum jump_clock bases[] = { MONO, REAL, BOOT, TAI };
	FILE *f = fopen("/proc/timer_list", "r");
	bool known[JUMP_CLOCKS] = { };
	enum jump_clock clock = MONO;
	unsigned long long ns;
	unsigned int base;
	char line[256];

	if (!f)
		die("no /proc/timer_list");
	s->timers_agree = true;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " clock %u:", &base) == 1)
			clock = bases[base % ARRAY_SIZE(bases)];
		if (sscanf(line, " .offset: %llu", &ns) != 1)
			continue;
		if (known[clock] && s->by_timers[clock] != (s64)ns)
			s->timers_agree = false;
		known[clock] = true;
		s->by_timers[clock] = ns;
	}
	fclose(f);
	if (!known[REAL] || !known[BOOT] || !known[TAI])
		die("/proc/timer_list names no offsets");
}

void clocks_stand(struct standing *s)
{
	const struct hostclock_params *set;
	int clock, i;

	memset(s, 0, sizeof(*s));
	for (clock = 0; clock < JUMP_CLOCKS; clock++) {
		s->off[clock] = (struct bounds){ INT64_MIN, INT64_MAX };
		s->by_mono[clock] = s->off[clock];
	}
	for (i = 0; i < 2 * ROUNDS; i++) {
		for (clock = 0; clock < JUMP_CLOCKS; clock++)
			stand_clock(s, clock, i & 1);
	}
	stand_timers(s);
	set = hostclock_newest(pages.clock, HOSTCLOCK_LE32(pages.clock->seq));
	s->mult = HOSTCLOCK_LE32(set->mult);
	s->shift = HOSTCLOCK_LE32(set->shift);
	s->gaps_ns = page_gaps();
	s->epoch = HOSTCLOCK_LE64(set->epoch);
	s->guest_epoch = pages.guest_epoch;
}

s64 clocks_ns(const struct standing *s, s64 counts)
{
	u64 ns = hostclock_low(hostclock_shr(hostclock_mul(counts < 0 ? -counts : counts,
							   s->mult), s->shift));

	return counts < 0 ? -ns : ns;
}

s64 clocks_page_real(void)
{
	struct page_time now;

	pages_renew(&pages, DEVICE);
	pages_now(&pages, &now);
	return now.real;
}

u64 clocks_hz(void)
{
	return HOSTCLOCK_LE64(pages.clock->counter_hz);
}

static void note_gaps(struct happening *h)
{
	u64 gaps_ns = page_gaps();

	if (!h->least_gaps_ns || gaps_ns < h->least_gaps_ns)
		h->least_gaps_ns = gaps_ns;
	if (gaps_ns > h->most_gaps_ns)
		h->most_gaps_ns = gaps_ns;
}

static void read_first(struct first *f, enum jump_clock clock, int reader)
{
	struct page_time before, after;

	pages_renew(&pages, DEVICE);
	pages_now(&pages, &before);
	f->ns = read_by(reader, clock);
	pages_now(&pages, &after);
	f->before = before.tsc;
	f->after = after.tsc;
	f->page_before = host_clock(&before, clock);
	f->page_after = host_clock(&after, clock);
	f->torn = before.epoch != after.epoch || pages_are_old(&pages);
}

/* Another clock is the first at each event. */
static void read_firsts(struct happening *h, unsigned int turn)
{
	unsigned int i, n;

	for (i = 0; i < 2 * JUMP_CLOCKS; i++) {
		n = (turn + i) % (2 * JUMP_CLOCKS);
		read_first(&h->first[n / 2][n % 2], n / 2, n % 2);
		note_gaps(h);
	}
}

void clocks_await(struct happening *h, const struct standing *before, unsigned int turn)
{
	u64 end = hostclock_rdtsc() + PATIENCE_SEC * clocks_hz();
	struct page_time now;

	memset(h, 0, sizeof(*h));
	do {
		if (turn & 1)
			read_syscall(CLOCK_MONOTONIC);
		pages_renew(&pages, DEVICE);
		pages_now(&pages, &now);
		h->seen = now.epoch != before->epoch ||
			  pages.guest_epoch != before->guest_epoch;
	} while (!h->seen && (s64)(now.tsc - end) < 0);
	note_gaps(h);
	read_firsts(h, turn);
	h->mono_ns = read_vdso(CLOCK_MONOTONIC);
	h->last_tsc = hostclock_rdtsc();
}

void clocks_look(struct happening *h)
{
	u64 tsc;
	s64 ns;

	note_gaps(h);
	ns = read_vdso(CLOCK_MONOTONIC);
	h->back += ns < h->mono_ns;
	h->mono_ns = ns;
	tsc = hostclock_rdtsc();
	ns = (tsc - h->last_tsc) / (clocks_hz() / 1000000) * 1000;
	if ((u64)ns > h->stall_ns)
		h->stall_ns = ns;
	h->last_tsc = tsc;
}
