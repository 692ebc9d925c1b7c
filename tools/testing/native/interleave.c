// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Readers and writer interleaved by hand: before each load that a reader does, the
 * writer may take any number of its steps. All pairs of places and numbers of steps
 * are tried. (That loads and stores stay in order is the barriers' part; see race.c
 * and the model for that.)
 */
#include <hostclock/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void meddle(void);
static u64 fake_tsc(void);

#undef READ_ONCE
#define READ_ONCE(x)	(meddle(), *(const volatile __typeof__(x) *)&(x))
#define hostclock_rdtsc	fake_tsc

#include <hostclock/mult_shift.h>
#include <hostclock/vdso.h>
#include <hostclock/reader.h>
#include <hostclock/writer.h>

/* The library's own source, with every load of it in our hands. */
#define hostclock_snapshot_params	meddled_snapshot_params
#define hostclock_snapshot_page		meddled_snapshot_page
#define hostclock_snapshot_guest	meddled_snapshot_guest
#define hostclock_snapshot_vmclock	meddled_snapshot_vmclock
#include "../../../lib/hostclock/snapshot.c"

#define PERIOD		1000		/* counts between two sets' cycle_last */
#define LEAD		100
#define WORDS		(sizeof(struct hostclock_params) / sizeof(u64))
#define STEPS		(WORDS + 2)	/* claim, a word each, publish */

static struct hostclock_clock_page page;
static struct hostclock_guest_page guest;

/* The writer: how far it is, and what it may do when. */
static struct {
	struct hostclock_params next;
	struct hostclock_params *to;
	u64 number;		/* of the set being written */
	size_t step;
	u64 now;		/* the counter */
	bool waits;		/* obeys the protocol's rule about cycle_last */
} writer;

/* When the writer takes steps: before the loads @at, @steps each. */
static struct {
	size_t at[2];
	size_t steps[2];
	size_t guest_steps;	/* before the load at[0] */
	size_t loads;
	u64 advance;		/* of the counter, with each stop */
	bool busy;		/* we are in it */
	bool always;		/* a whole update at every load of seq */
} plan;

static void make_set(u64 number, struct hostclock_params *set)
{
	/* every other set is twice as fast; shift 1, so 1 or 2 half ns per count */
	u64 pairs = number / 2, halves = pairs * 3 * PERIOD + (number & 1) * PERIOD;
	u32 mult = 1 + (number & 1);

	memset(set, 0, sizeof(*set));
	set->epoch = htole64(1);
	set->cycle_last = htole64(number * PERIOD);
	set->mult = htole32(mult);
	set->raw_mult = htole32(mult);
	set->shift = htole32(1);
	set->mono_snsec = htole64(halves);
	set->raw_snsec = htole64(halves);
	set->max_cycles = htole64(hostclock_max_cycles(mult, halves));
	/* the rest tells which set it is */
	set->valid_ns = htole64(number);
	set->leap_sec = htole64(number);
	set->utc_maxerror_ns = htole64(number);
}

/* What MONOTONIC is at a counter value: every set's number and rate is known. */
static u64 truth(u64 counter)
{
	u64 number = counter / PERIOD;
	u64 halves = number / 2 * 3 * PERIOD + (number & 1) * PERIOD +
		     (counter % PERIOD) * (1 + (number & 1));

	return halves / 2;
}

static void write_step(void)
{
	if (writer.step == 0) {
		/* only once the newest set has begun */
		if (writer.waits && writer.now < (writer.number - 1) * PERIOD)
			return;
		make_set(writer.number, &writer.next);
		writer.to = hostclock_page_claim(&page);
	} else if (writer.step <= WORDS) {
		((u64 *)writer.to)[writer.step - 1] = ((u64 *)&writer.next)[writer.step - 1];
	} else {
		hostclock_page_publish(&page);
		writer.number++;
	}
	writer.step = (writer.step + 1) % STEPS;
}

static void guest_step(size_t step);

static void meddle(void)
{
	size_t i, n;

	if (plan.busy)
		return;
	plan.busy = true;
	for (i = 0; i < 2; i++) {
		if (plan.loads != plan.at[i])
			continue;
		/* a set is published before its time, so that does not come first */
		writer.now += plan.advance;
		if (writer.now >= writer.number * PERIOD)
			writer.now = writer.number * PERIOD - 1;
		for (n = 0; n < plan.steps[i]; n++)
			write_step();
		for (n = 0; n < plan.guest_steps; n++)
			guest_step(n);
	}
	if (plan.always)
		for (n = 0; n < STEPS; n++)
			write_step();
	plan.loads++;
	plan.busy = false;
}

static u64 fake_tsc(void)
{
	return writer.now;
}

static void start(u64 now)
{
	memset(&page, 0, sizeof(page));
	memset(&writer, 0, sizeof(writer));
	memset(&plan, 0, sizeof(plan));
	make_set(0, &page.params[0]);
	make_set(1, &page.params[1]);
	page.seq = htole32(2);
	writer.number = 2;
	writer.now = now;
}

static bool whole(const struct hostclock_params *set)
{
	struct hostclock_params want;

	make_set(le64toh(set->valid_ns), &want);
	return !memcmp(&want, set, sizeof(want));
}

/* One run of a reader; false if what it accepted is wrong. */
struct reader {
	const char *name;
	bool (*run)(size_t *accepted);
	bool waits;
};

static bool run_params(size_t *accepted)
{
	struct hostclock_params set;
	u32 seq;

	if (!meddled_snapshot_params(&page, &set, &seq))
		return true;
	++*accepted;
	return whole(&set) && le64toh(set.valid_ns) == seq / 2;
}

static bool run_page(size_t *accepted)
{
	struct hostclock_clock_page copy;
	u32 seq;

	if (!meddled_snapshot_page(&page, &copy))
		return true;
	++*accepted;
	seq = le32toh(copy.seq);
	return !(seq & 1) && whole(&copy.params[seq / 2 % 2]) &&
	       le64toh(copy.params[seq / 2 % 2].valid_ns) == seq / 2 &&
	       !copy.params[(seq / 2 + 1) % 2].epoch;
}

static const struct hostclock_accepted epochs = { .clock_epoch = 1, .guest_epoch = 1 };

/*
 * A try that began before the newest set did, and met the writer at the next one,
 * answers with the newest's base: that has passed meanwhile.
 */
static bool base_passed(u64 tsc, u64 ns)
{
	u64 base = (tsc / PERIOD + 1) * PERIOD;

	return ns == truth(base) && base <= writer.now;
}

/* One try, at a counter value that it samples itself. */
static bool run_eval(size_t *accepted)
{
	u32 seq = hostclock_page_begin(&page);
	u64 tsc = hostclock_rdtsc(), ns;

	if (hostclock_eval(&page, seq, &guest, &epochs, HOSTCLOCK_MONO, tsc, &ns))
		return true;
	++*accepted;
	return ns == truth(tsc) || base_passed(tsc, ns);
}

static bool run_fast(size_t *accepted)
{
	u32 seq = hostclock_page_begin(&page);
	u64 tsc = hostclock_rdtsc(), ns;

	if (!hostclock_eval_fast(&page, seq, &guest, &epochs, HOSTCLOCK_RAW, tsc, &ns))
		return true;
	++*accepted;
	return ns == truth(tsc);
}

/* Two readings, each right at some counter value while it ran. */
static bool run_read(size_t *accepted)
{
	u64 before = writer.now, ns, again;

	if (hostclock_read(&page, &guest, &epochs, HOSTCLOCK_MONO, &ns))
		return true;
	if (ns < truth(before) || ns > truth(writer.now))
		return false;
	if (hostclock_read(&page, &guest, &epochs, HOSTCLOCK_MONO, &again))
		return true;
	++*accepted;
	return again >= ns && again <= truth(writer.now);
}

/*
 * Likewise, and nothing that deviates from the base the caller gives by more than the
 * vDSO's slack.
 */
static bool run_vdso_read(size_t *accepted)
{
	const u64 ago = 100000 * PERIOD;
	u64 before = writer.now, ns;
	struct hostclock_vdso_base base = {
		.tsc = before - ago, .ns = truth(before) - ago, .mult = 1,
	};

	ns = hostclock_vdso_read(&page, &guest, &epochs, HOSTCLOCK_RAW, &base);
	if (ns == ~0ULL)
		return true;
	++*accepted;
	if (ns < truth(before) || ns > truth(writer.now))
		return false;
	base.ns += ago;
	return hostclock_vdso_read(&page, &guest, &epochs, HOSTCLOCK_RAW, &base) == ~0ULL;
}

static const struct reader readers[] = {
	{ "hostclock_snapshot_params", run_params, false },
	{ "hostclock_snapshot_page", run_page, false },
	{ "hostclock_eval", run_eval, true },
	{ "hostclock_eval_fast", run_fast, true },
	{ "hostclock_read", run_read, true },
	{ "hostclock_vdso_read", run_vdso_read, true },
};

/* How many loads a reader does when left alone. */
static size_t count_loads(const struct reader *r)
{
	size_t ignored = 0;

	start(PERIOD + 1);
	plan.at[0] = ~(size_t)0;
	plan.at[1] = ~(size_t)0;
	r->run(&ignored);
	return plan.loads;
}

static bool one(const struct reader *r, const size_t at[2], const size_t steps[2], u64 now,
		u64 advance, size_t *accepted)
{
	start(now);
	memcpy(plan.at, at, sizeof(plan.at));
	memcpy(plan.steps, steps, sizeof(plan.steps));
	plan.advance = advance;
	writer.waits = r->waits;
	if (r->run(accepted))
		return true;
	printf("not ok - %s: counter %u, %zu steps before load %zu, %zu before %zu\n", r->name,
	       (unsigned int)now, steps[0], at[0], steps[1], at[1]);
	return false;
}

/* Before set 1 begins, just before, just after, and well within it. */
static const u64 nows[] = { PERIOD - LEAD, PERIOD - 1, PERIOD, PERIOD + LEAD };

static bool explore(const struct reader *r)
{
	static const u64 advances[] = { 0, 1, LEAD, PERIOD };
	size_t loads = count_loads(r), runs = 0, accepted = 0, i, j;
	size_t at[2], steps[2];

	for (at[0] = 0; at[0] <= loads; at[0]++)
		for (at[1] = at[0]; at[1] <= loads; at[1]++)
			for (steps[0] = 0; steps[0] <= 2 * STEPS; steps[0]++)
				for (steps[1] = 0; steps[1] <= STEPS; steps[1] += 3)
					for (i = 0; i < 4; i++, runs++) {
						j = (runs / 4) % 4;
						if (!one(r, at, steps, nows[i], advances[j],
							 &accepted))
							return false;
					}
	if (accepted < runs / 10) {
		printf("not ok - %s: only %zu of %zu runs accepted\n", r->name, accepted, runs);
		return false;
	}
	printf("ok - %s: %zu interleavings, %zu accepted\n",
	       r->name, runs, accepted);
	return true;
}

/* An update at each load: every reader gives up, after the tries it is allowed. */
static bool bounded(const struct reader *r)
{
	size_t accepted = 0, loads = count_loads(r);

	start(PERIOD);
	plan.at[0] = ~(size_t)0;
	plan.at[1] = ~(size_t)0;
	plan.always = true;
	if (!r->run(&accepted) || accepted || plan.loads > loads * HOSTCLOCK_MAX_TRIES) {
		printf("not ok - %s: does not give up: %zu loads, %zu when alone\n", r->name,
		       plan.loads, loads);
		return false;
	}
	printf("ok - %s: gives up after %zu loads\n", r->name, plan.loads);
	return true;
}

/* One step of five at the guest page: claim, three fields, publish. */
static void guest_step(size_t step)
{
	u64 n = step / 5 + 1;

	switch (step % 5) {
	case 0:
		hostclock_seq_claim(&guest.seq);
		break;
	case 1:
		guest.epoch = htole64(n);
		break;
	case 2:
		guest.tsc_offset = htole64(n);
		break;
	case 3:
		guest.gap_ns = htole64(n);
		break;
	default:
		hostclock_seq_publish(&guest.seq);
	}
}

/* The pages with an ordinary count: whatever is done at any load is seen. */
static bool guest_pages(void)
{
	struct hostclock_guest_page copy;
	size_t at, steps, accepted = 0;
	struct hostclock_vmclock vc;

	for (at = 0; at < 20; at++) {
		for (steps = 0; steps < 11; steps++) {
			start(0);
			memset(&guest, 0, sizeof(guest));
			plan.at[0] = at;
			plan.at[1] = ~(size_t)0;
			plan.guest_steps = steps;
			if (!meddled_snapshot_guest(&guest, &copy))
				continue;
			accepted++;
			if (copy.tsc_offset != copy.epoch || copy.gap_ns != copy.epoch)
				return false;
		}
	}
	/* a count left odd by a writer that died is never accepted */
	guest.vmclock.seq_count = htole32(1);
	return accepted && !meddled_snapshot_vmclock(&guest.vmclock, &vc);
}

int main(void)
{
	int failed = 0;
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		guest.epoch = htole64(1);
		failed += !explore(&readers[i]);
		failed += !bounded(&readers[i]);
	}
	if (guest_pages())
		puts("ok - guest pages: none that was being written is accepted");
	else
		failed += puts("not ok - guest pages: one that was being written was accepted") > 0;
	return failed ? 1 : 0;
}
