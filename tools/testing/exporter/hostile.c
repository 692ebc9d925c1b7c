// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a guest's pages at full speed, as an exporter never would.
 *
 *	hostile CLOCK GUEST MODE SECONDS SEED
 *
 * CLOCK and GUEST are the pages' files, which nobody else writes meanwhile. MODE:
 *
 *	flip	parameters of any age, between two values of MONOTONIC and RAW that
 *		are up to 30 ms apart, under a moving sequence count; or that begin in
 *		some us, and have anything before them
 *	lie	what the protocol allows: parameters with other rates, ages and
 *		values, and other epochs now and then
 *	noise	values that are likely to hit a limit, in any field of the clock page
 *	gaps	the same in the guest page, with epochs and gaps that were none
 *
 * At the end the pages are what they were. Prints how often it wrote.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/reader.h>
#include <hostclock/writer.h>
#include <hostclock/userspace.h>

#include "../native/draw.h"

#define SECOND		1000000000ULL
/* Changes between two looks at the time */
#define BATCH		1000

static struct hostclock_clock_page *clock_page;
static struct hostclock_guest_page *guest_page;
/* What is right, at its cycle_last */
static struct hostclock_params right;
static u32 hz_shift;
static u64 hz, writes;

/* One that a check may have forgotten */
static u64 draw_edge(void)
{
	switch (draw(8)) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return 1ULL << draw(64);
	case 3:
		return draw(0);
	case 4:
		return draw(1000);
	case 5:
		return (1ULL << 63) + draw(9) - 4;
	case 6:
		return 1ULL << 32;
	default:
		return draw(0) >> draw(64);
	}
}

static void pause_for(unsigned int loops)
{
	for (volatile unsigned int i = 0; i < loops; i++)
		;
}

/* ns as they stand in a set, from a base that is moved by ns and counts. */
static void put_moved(__le64 *sec, __le64 *snsec, __le64 from_sec, __le64 from_snsec,
		      __int128 off_snsec)
{
	__int128 second = (__int128)SECOND << hz_shift;
	__int128 total = (__int128)le64toh(from_sec) * second + le64toh(from_snsec) +
			 off_snsec;

	if (total < 0)
		total = 0;
	*sec = htole64(total / second);
	*snsec = htole64(total % second);
}

/* The right clocks, ns off, by parameters that begin counts before now. */
static struct hostclock_params set_at(u64 now, u64 age, s64 off_ns)
{
	struct hostclock_params p = right;
	__int128 delta = (__int128)(s64)(now - age - le64toh(right.cycle_last));
	__int128 off = (__int128)off_ns << hz_shift;

	p.cycle_last = htole64(now - age);
	put_moved(&p.mono_sec, &p.mono_snsec, right.mono_sec, right.mono_snsec,
		  delta * le32toh(right.mult) + off);
	put_moved(&p.raw_sec, &p.raw_snsec, right.raw_sec, right.raw_snsec,
		  delta * le32toh(right.raw_mult) + off);
	return p;
}

static s64 draw_off(void)
{
	static const s64 offs[] = {
		0, 100, 1000, 2000, 5000, 12000, 16000, 20000, 100000, 1000000, 30000000,
	};
	s64 off = offs[draw(sizeof(offs) / sizeof(*offs))];

	return draw(2) ? off : -off;
}

static u64 draw_age(void)
{
	return draw(4) ? draw(hz / 100) : draw(300 * hz);
}

static void flip_early(void)
{
	u64 ahead = draw(HOSTCLOCK_MAX_CPU_SKEW), now = hostclock_rdtsc();
	struct hostclock_params next = set_at(now, -ahead, draw_off()), before = next;

	before.cycle_last = htole64(now + draw(ahead + 1));
	before.mono_sec = htole64(draw(2) ? 9000000000ULL : draw_edge());
	before.raw_sec = before.mono_sec;
	for (int i = 0; i < 2; i++, writes++) {
		u32 seq = (le32toh(clock_page->seq) & ~1U) + 2;

		clock_page->params[seq >> 1 & 1] = next;
		clock_page->params[~seq >> 1 & 1] = before;
		__sync_synchronize();
		WRITE_ONCE(clock_page->seq, htole32(seq));
		pause_for(draw(20000));
	}
}

static void flip(void)
{
	u64 now = hostclock_rdtsc(), age = draw_age();
	struct hostclock_params sets[2] = {
		set_at(now, age, 0), set_at(now, age, draw_off()),
	};

	for (int i = 0; i < BATCH; i++, writes++) {
		clock_page->params[0] = sets[i % 2];
		clock_page->params[1] = sets[i % 2];
		__sync_synchronize();
		WRITE_ONCE(clock_page->seq, htole32((le32toh(clock_page->seq) & ~1U) + 2));
		pause_for(draw(97));
		if (!draw(200))
			flip_early();
	}
}

static void lie(void)
{
	for (int i = 0; i < BATCH; i++, writes++) {
		struct hostclock_params p = set_at(hostclock_rdtsc(), draw_age(), draw_off());
		struct hostclock_params *to = hostclock_page_claim(clock_page);
		s64 slew = (s64)le32toh(right.raw_mult) * 2000 / 1000000;

		if (draw(2))
			slew = draw(2 * slew) - slew;
		if (draw(2))
			p.mult = htole32(le32toh(right.raw_mult) + (draw(2) ? slew : -slew));
		if (!draw(64))
			p.epoch = htole64(draw(0) | 1);
		if (!draw(64))
			p.wall_offset_ns = htole64(le64toh(p.wall_offset_ns) + (draw(0) >> 40));
		*to = p;
		hostclock_page_publish(clock_page);
		if (draw(2))
			pause_for(draw(20000));
	}
}

static void noise(void)
{
	static const size_t words = offsetof(struct hostclock_clock_page, params) / 8 +
				    2 * sizeof(struct hostclock_params) / 8;
	static struct hostclock_clock_page good;

	good = *clock_page;
	good.params[0] = set_at(hostclock_rdtsc(), draw_age(), 0);
	good.params[1] = good.params[0];
	for (int i = 0; i < BATCH; i++, writes++) {
		u64 x = draw(0);

		if (x % 6 == 0)
			((volatile u64 *)clock_page)[(x >> 8) % words] = draw_edge();
		else if (x % 6 < 4)
			WRITE_ONCE(clock_page->seq, htole32(le32toh(clock_page->seq) + 2));
		else
			memcpy(clock_page, &good, words * 8);
	}
}

static void gaps(void)
{
	static struct hostclock_guest_page good;

	good = *guest_page;
	for (int i = 0; i < BATCH; i++, writes++) {
		u64 x = draw(0), now = hostclock_rdtsc() + le64toh(good.tsc_offset);
		volatile u64 *words = (volatile u64 *)guest_page;

		hostclock_seq_claim(&guest_page->seq);
		if (x % 3 == 0)
			words[(x >> 8) % (sizeof(good) / 8)] = draw_edge();
		guest_page->epoch = htole64(draw(0) | 1);
		guest_page->stop_tsc = htole64(now - draw(hz >> draw(20)));
		guest_page->resume_tsc = htole64(now - draw(hz >> draw(20)));
		guest_page->ran_on_tsc = htole64(draw(2) ? 0 : draw(0) >> draw(64));
		hostclock_seq_publish(&guest_page->seq);
		if (x % 5 == 0)
			*guest_page = good;
		pause_for(draw(2000));
	}
	*guest_page = good;
}

static void *map(const char *path)
{
	int fd = open(path, O_RDWR);
	void *page = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd < 0 || page == MAP_FAILED)
		err(2, "%s", path);
	close(fd);
	return page;
}

/* All but a page's sequence count */
static void restore(void *page, const void *was, size_t size, size_t seq)
{
	size_t after = seq + sizeof(__le32);

	memcpy(page, was, seq);
	memcpy((char *)page + after, (const char *)was + after, size - after);
}

static void run(void (*mode)(void), unsigned int seconds)
{
	struct hostclock_clock_page clock_was = *clock_page;
	struct hostclock_guest_page guest_was = *guest_page;
	time_t end = time(NULL) + seconds;

	while (time(NULL) < end)
		mode();
	clock_was.params[0] = set_at(hostclock_rdtsc(), hz / 100, 0);
	clock_was.params[1] = clock_was.params[0];
	/*
	 * Complete before their counts are even, which are the old ones again: the exporter
	 * goes on from these, and one that it publishes next must be new.
	 */
	*(volatile __le32 *)&guest_page->seq |= htole32(1);
	*(volatile __le32 *)&clock_page->seq |= htole32(1);
	smp_wmb();
	restore(guest_page, &guest_was, sizeof(guest_was), offsetof(typeof(guest_was), seq));
	restore(clock_page, &clock_was, sizeof(clock_was), offsetof(typeof(clock_was), seq));
	smp_wmb();
	WRITE_ONCE(guest_page->seq, guest_was.seq);
	WRITE_ONCE(clock_page->seq, clock_was.seq);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} modes[] = { { "flip", flip }, { "lie", lie }, { "noise", noise }, { "gaps", gaps } };

	if (argc != 6)
		errx(2, "usage: hostile CLOCK GUEST MODE SECONDS SEED");
	clock_page = map(argv[1]);
	guest_page = map(argv[2]);
	draw_seed(strtoull(argv[5], NULL, 0));
	right = clock_page->params[le32toh(clock_page->seq) >> 1 & 1];
	hz_shift = le32toh(right.shift);
	hz = le64toh(clock_page->counter_hz);
	/* good for any multiplier that is drawn */
	right.max_cycles = htole64((~0ULL - (SECOND << hz_shift)) /
				   (le32toh(right.raw_mult) * 11ULL / 10));
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (strcmp(argv[3], modes[i].name))
			continue;
		run(modes[i].run, atoi(argv[4]));
		printf("%llu\n", (unsigned long long)writes);
		return 0;
	}
	errx(2, "no such mode: %s", argv[3]);
}
