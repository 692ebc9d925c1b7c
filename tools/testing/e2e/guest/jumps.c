// SPDX-License-Identifier: GPL-2.0
/*
 * Gaps in which the guest does not run, and steps of the wall clock, of a second to
 * centuries: are the clocks right on the first reading after each, and what becomes
 * of timers that were armed before?
 *
 *	jumps TABLE
 *
 * Asks the host for each event by a line on standard output, "ask: EVENT ARGUMENT".
 * Of the kernel for table "stock", what hostclock's patches are for is not expected.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "jumpafter.h"
#include "jumpclocks.h"
#include "jumptimers.h"

#define SYSFS		"/sys/class/misc/hostclock0/"
#define NSEC_PER_SEC	1000000000LL
#define HOUR		3600LL
#define DAY		86400LL
#define YEAR		(365 * DAY)
/* 2232: the first second that the kernel refuses as a wall time */
#define LAST_SEC	(9223372036LL - 30 * YEAR)

/* How long timers are watched at least, after those that come soon are due */
#define WATCHED_MS	900
/* For one that is due to expire, on a machine with much else to do */
#define PATIENCE_MS	10000
/* Rounding: of two relations and a gap to whole ns */
#define ROUNDING_NS	2
/* Extrapolated over a second at a rate with 24 bits of fraction: 60 ns */
#define EXTRAPOLATED_NS	1000
/* From one look to the next, of a process that never sleeps: a soft lock-up */
#define STALL_NS	(20 * NSEC_PER_SEC)

/* By whose word MONOTONIC counts gaps, or not */
enum policy { AS_IS, BY_PAGE, SUSPEND, STEAL };

/* Which clocks count a gap; a step is of REALTIME and TAI */
enum counting {
	NONE = 0,
	COUNT_BOOT = 1 << BOOT,
	COUNT_MONO = 1 << MONO | 1 << BOOT,
	COUNT_STOCK = 1 << MONO | 1 << BOOT | 1 << RAW,
};

/**
 * struct row - an event and what is to come of it
 * @name:	in results
 * @event:	what the host is asked for
 * @sec:	its argument; "to" is a step to that wall time
 * @policy:	set before
 * @counting:	what clocks count of it, besides REALTIME and TAI
 * @refused:	the driver's reason not to follow, or NULL
 */
struct row {
	const char *name;
	const char *event;
	s64 sec;
	enum policy policy;
	enum counting counting;
	const char *refused;
};

static const struct row gaps[] = {
	{ "1 s, page says steal", "gap", 1, BY_PAGE, COUNT_MONO, NULL },
	{ "1 s, suspend", "gap", 1, SUSPEND, COUNT_BOOT, NULL },
	{ "1 h, page says steal", "gap", HOUR, BY_PAGE, COUNT_MONO, NULL },
	{ "1 h, suspend", "gap", HOUR, SUSPEND, COUNT_BOOT, NULL },
	{ "30 days, steal", "gap", 30 * DAY, STEAL, COUNT_MONO, NULL },
	{ "30 days, suspend", "gap", 30 * DAY, SUSPEND, COUNT_BOOT, NULL },
	{ "68 years, suspend", "gap", 68 * YEAR, SUSPEND, COUNT_BOOT, NULL },
	{ "68 years, steal", "gap", 68 * YEAR, STEAL, COUNT_MONO, NULL },
	{ }
};

/* BOOTTIME has no room for 270 years. */
static const struct row centuries[] = {
	{ "200 years, parameter says suspend", "gap", 200 * YEAR, AS_IS, COUNT_BOOT, NULL },
	{ "200 years back", "step", -200 * YEAR, AS_IS, NONE, NULL },
	{ "70 years more", "gap", 70 * YEAR, AS_IS, NONE, NULL },
	{ }
};

/* MONOTONIC has none for 256, and cannot be ahead of REALTIME. */
static const struct row counted[] = {
	{ "30 days, page says steal", "gap", 30 * DAY, AS_IS, COUNT_MONO, NULL },
	{ "200 years, page says steal", "gap", 200 * YEAR, AS_IS, COUNT_MONO, NULL },
	{ "52 years back", "step", -52 * YEAR, AS_IS, NONE, NULL },
	{ "56 years more, page says steal", "gap", 56 * YEAR, AS_IS, COUNT_BOOT, NULL },
	{ }
};

/* The reasons by which the driver refuses a wall time */
#define OUT_OF_RANGE	"parameter set: REALTIME is not within 1970 to 2232"
#define BEFORE_BOOT	"the kernel refuses that CLOCK_REALTIME"

static const struct row steps[] = {
	{ "1 s back", "step", -1, AS_IS, NONE, NULL },
	{ "1 s ahead", "step", 1, AS_IS, NONE, NULL },
	{ "1 h back", "step", -HOUR, AS_IS, NONE, NULL },
	{ "1 h ahead", "step", HOUR, AS_IS, NONE, NULL },
	{ "30 days back", "step", -30 * DAY, AS_IS, NONE, NULL },
	{ "30 days ahead", "step", 30 * DAY, AS_IS, NONE, NULL },
	{ "200 years ahead", "step", 200 * YEAR, AS_IS, NONE, NULL },
	{ "68 years back", "step", -68 * YEAR, AS_IS, NONE, NULL },
	{ "200 years back, or as far as 1970", "to", 1000, AS_IS, NONE, NULL },
	{ "to the epoch", "to", 0, AS_IS, NONE, BEFORE_BOOT },
	{ "before the epoch", "to", -HOUR, AS_IS, NONE, OUT_OF_RANGE },
	{ "to 1970 again", "to", 1000, AS_IS, NONE, NULL },
	{ "to the last second", "to", LAST_SEC - 60, AS_IS, NONE, NULL },
	{ "beyond it", "to", LAST_SEC, AS_IS, NONE, OUT_OF_RANGE },
	{ "30 years beyond it", "to", LAST_SEC + 30 * YEAR - 60, AS_IS, NONE, OUT_OF_RANGE },
	{ "back to 2026", "to", 1800000000LL, AS_IS, NONE, NULL },
	{ }
};

/* For a module, RAW is MONOTONIC, which has room for 18 minutes. */
static const struct row stock_rows[] = {
	{ "1 s, steal", "gap", 1, STEAL, COUNT_STOCK, NULL },
	{ "1 h, suspend", "gap", HOUR, SUSPEND, COUNT_BOOT, NULL },
	{ "30 days, steal", "gap", 30 * DAY, STEAL, COUNT_BOOT, NULL },
	{ "200 years, suspend", "gap", 200 * YEAR, SUSPEND, COUNT_BOOT, NULL },
	{ "200 years back", "step", -200 * YEAR, AS_IS, NONE, NULL },
	{ "to the epoch", "to", 0, AS_IS, NONE, BEFORE_BOOT },
	{ "to 2026", "to", 1800000000LL, AS_IS, NONE, NULL },
	{ }
};

static const struct {
	const char *name;
	const struct row *rows;
} tables[] = {
	{ "gaps", gaps },
	{ "centuries", centuries },
	{ "counted", counted },
	{ "steps", steps },
	{ "stock", stock_rows },
};

static bool stock;

static void write_sysfs(const char *name, const char *value)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	f = fopen(path, "w");
	if (!f || fputs(value, f) == EOF || fclose(f))
		die("cannot write %s to %s", value, path);
}

static void read_sysfs(const char *name, char *value, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	f = fopen(path, "r");
	if (!f || !fgets(value, size, f))
		die("cannot read %s", path);
	fclose(f);
	value[strcspn(value, "\n")] = '\0';
}

static void set_policy(enum policy policy)
{
	static const char *const names[] = {
		[BY_PAGE] = "default", [SUSPEND] = "suspend", [STEAL] = "steal",
	};

	if (policy != AS_IS)
		write_sysfs("policy", names[policy]);
}

/* What the page's wall clock jumps by. */
static s64 jump_ns(const struct row *row)
{
	if (!strcmp(row->event, "to"))
		return row->sec * NSEC_PER_SEC - clocks_page_real();
	return row->sec * NSEC_PER_SEC;
}

static bool is_gap(const struct row *row)
{
	return !strcmp(row->event, "gap");
}

/* What CLOCK_REALTIME then jumps by, which is not the page's where that was refused. */
static s64 guest_jump_ns(const struct row *row, s64 ns)
{
	return is_gap(row) ? ns : ns + clocks_page_real() - read_syscall(CLOCK_REALTIME);
}

static void ask_host(const struct row *row, s64 ns)
{
	printf("ask: %s %s%lld.%09lld\n", is_gap(row) ? "gap" : "step",
	       ns < 0 ? "-" : "", llabs(ns / NSEC_PER_SEC), llabs(ns % NSEC_PER_SEC));
	fflush(stdout);
}

/* What a clock may jump by if the page's gaps_ns becomes that, or was estimated so. */
static struct bounds expected(const struct row *row, enum jump_clock clock,
			      u64 before_ns, u64 gaps_ns, const struct happening *h)
{
	struct bounds jump = { };

	if (row->counting & 1 << clock) {
		jump.low_ns = gaps_ns - before_ns;
		jump.high_ns = h->most_gaps_ns - before_ns;
	}
	return jump;
}

/* By TSC alone, by what the clock was before, and what it may have jumped by. */
static bool first_continues(const struct standing *before, enum jump_clock clock,
			    const struct bounds *jump, const struct first *f)
{
	const struct bounds *was = &before->by_mono[clock];
	s64 low = was->low_ns + before->mono_ns + jump->low_ns +
		  clocks_ns(before, f->before - before->tsc) - EXTRAPOLATED_NS;
	s64 high = was->high_ns + before->mono_ns + jump->high_ns +
		   clocks_ns(before, f->after - before->tsc) + EXTRAPOLATED_NS;

	return f->ns >= low && f->ns <= high;
}

static bool first_is_page(const struct first *f)
{
	return f->torn || (f->ns >= f->page_before && f->ns <= f->page_after);
}

static const char *label(const struct row *row, const char *clock, const char *what)
{
	static char text[160];

	snprintf(text, sizeof(text), "%s: %s%s", row->name, clock, what);
	return text;
}

/* REALTIME and TAI: the page's, on the first reading and on. */
static void judge_page(const struct row *row, enum jump_clock clock,
		       const struct standing *after, const struct happening *h)
{
	const struct first *f = h->first[clock];
	const struct bounds *off = &after->off[clock];

	check(f[0].torn + f[1].torn < 2 && first_is_page(&f[0]) && first_is_page(&f[1]),
	      label(row, clock_names[clock].name, " is the page's on the first reading"),
	      "%lld, %lld ns", (long long)(f[0].ns - f[0].page_before),
	      (long long)(f[1].ns - f[1].page_before));
	check(off->low_ns <= 0 && off->high_ns >= 0,
	      label(row, clock_names[clock].name, " is the page's from then on"),
	      "off by %lld to %lld ns", (long long)off->low_ns, (long long)off->high_ns);
}

/* The others go on as before, plus what they count of a gap. */
static void judge_jump(const struct row *row, enum jump_clock clock,
		       const struct standing *before, const struct standing *after,
		       const struct happening *h)
{
	struct bounds first = expected(row, clock, before->gaps_ns, h->least_gaps_ns, h);
	struct bounds jump = expected(row, clock, before->gaps_ns, after->gaps_ns, h);
	s64 gap_ns = after->gaps_ns - before->gaps_ns;
	bool by_mono = row->refused || (stock && clock == RAW);
	const struct bounds *was = by_mono ? &before->by_mono[clock] : &before->off[clock];
	const struct bounds *is = by_mono ? &after->by_mono[clock] : &after->off[clock];
	s64 low = is->low_ns - was->high_ns + gap_ns;
	s64 high = is->high_ns - was->low_ns + gap_ns;
	const struct first *f = h->first[clock];

	check(first_continues(before, clock, &first, &f[0]) &&
	      first_continues(before, clock, &first, &f[1]),
	      label(row, clock_names[clock].name, " is right on the first reading"),
	      "%lld and %lld ns are wrong", (long long)f[0].ns, (long long)f[1].ns);
	check(low <= jump.high_ns + ROUNDING_NS && high >= jump.low_ns - ROUNDING_NS,
	      label(row, clock_names[clock].name, " jumps as it should"),
	      "by %lld to %lld ns, not by %lld to %lld", (long long)low,
	      (long long)high, (long long)jump.low_ns, (long long)jump.high_ns);
}

/* Timers go by the clocks that are read, on all CPUs. */
static void judge_timers_clock(const struct row *row, enum jump_clock clock,
			       const struct standing *after)
{
	const struct bounds *is = &after->by_mono[clock], *mono = &after->by_mono[MONO];
	s64 low = is->low_ns - mono->high_ns - ROUNDING_NS;
	s64 high = is->high_ns - mono->low_ns + ROUNDING_NS;
	s64 ns = after->by_timers[clock];

	check(after->timers_agree && ns >= low && ns <= high,
	      label(row, clock_names[clock].name, " is the timers' as well"),
	      "%lld ns ahead of MONOTONIC, not %lld to %lld%s", (long long)ns, (long long)low,
	      (long long)high, after->timers_agree ? "" : ", or by CPU");
}

static void judge_clocks(const struct row *row, const struct standing *before,
			 const struct standing *after, const struct happening *h)
{
	enum jump_clock clock;

	for (clock = 0; clock < JUMP_CLOCKS; clock++) {
		if (!row->refused && (clock == REAL || clock == TAI))
			judge_page(row, clock, after, h);
		else
			judge_jump(row, clock, before, after, h);
		if (clock == REAL || clock == BOOT || clock == TAI)
			judge_timers_clock(row, clock, after);
	}
	check(!h->back, label(row, "", "MONOTONIC never goes back"), "%u times", h->back);
	check(h->stall_ns < STALL_NS, label(row, "", "the guest responds"),
	      "not for %llu ns", (unsigned long long)h->stall_ns);
}

/* The event was that large; a stop and a cont take a while themselves. */
static void judge_size(const struct row *row, s64 ns, const struct standing *before,
		       const struct standing *after, const struct happening *h)
{
	const struct first *f = &h->first[REAL][0];
	s64 size, spare_ns;

	if (is_gap(row)) {
		size = after->gaps_ns - before->gaps_ns;
		spare_ns = PATIENCE_MS * 1000000LL;
	} else {
		size = f->page_before - before->real_ns -
		       clocks_ns(before, f->before - before->tsc);
		spare_ns = EXTRAPOLATED_NS;
	}
	check(size >= ns - EXTRAPOLATED_NS && size <= ns + spare_ns,
	      label(row, "", "the host did it"), "%lld ns, not %lld",
	      (long long)size, (long long)ns);
}

static void judge_state(const struct row *row)
{
	char status[64], reason[64];

	read_sysfs("status", status, sizeof(status));
	read_sysfs("reason", reason, sizeof(reason));
	check(!strcmp(status, row->refused ? "degraded" : "synchronized") &&
	      !strcmp(reason, row->refused ?: "none"),
	      label(row, "", row->refused ? "it is refused" : "it is followed"),
	      "status %s, reason %s", status, reason);
}

/* How often the driver has accepted new pages. */
static long resyncs(void)
{
	char text[64];

	read_sysfs("resyncs", text, sizeof(text));
	return strtol(text, NULL, 10);
}

static void watch(struct happening *h)
{
	u64 begin = hostclock_rdtsc(), ms;
	bool settled;

	do {
		clocks_look(h);
		ms = (hostclock_rdtsc() - begin) / (clocks_hz() / 1000);
		settled = ms >= WATCHED_MS && timers_settled();
	} while (!settled && ms < PATIENCE_MS);
}

static void run_row(const struct row *row, unsigned int turn)
{
	struct standing before, after;
	struct happening h;
	s64 ns, guest_ns;
	bool was_set, corrected;
	long count;

	set_policy(row->policy);
	count = resyncs();
	clocks_stand(&before);
	ns = jump_ns(row);
	guest_ns = guest_jump_ns(row, ns);
	timers_arm(llabs(guest_ns), guest_ns < 0);
	ask_host(row, ns);
	clocks_await(&h, &before, turn);
	if (!h.seen)
		die("%s: the host has not done it", row->name);
	after_judge(row->name);
	watch(&h);
	clocks_stand(&after);
	/* By the kernel's word: by the driver's, an unpatched one's MONOTONIC is unknown. */
	was_set = after.by_timers[REAL] != before.by_timers[REAL];
	judge_size(row, ns, &before, &after, &h);
	judge_clocks(row, &before, &after, &h);
	judge_state(row);
	/* An estimate and its correction, each rounded to ns, may set a clock and back. */
	corrected = resyncs() - count > 1;
	timers_judge(row->name, was_set, corrected);
	note("%s: stalled for %llu ns at most, gap estimated as %lld to %lld ns more",
	     row->name, (unsigned long long)h.stall_ns,
	     (long long)(h.least_gaps_ns - after.gaps_ns),
	     (long long)(h.most_gaps_ns - after.gaps_ns));
}

int main(int argc, char **argv)
{
	unsigned int turn = 0;
	const struct row *row;
	size_t i;

	stock = argc == 2 && !strcmp(argv[1], "stock");
	for (i = 0; argc == 2 && i < ARRAY_SIZE(tables); i++) {
		if (strcmp(argv[1], tables[i].name))
			continue;
		for (row = tables[i].rows; row->name; row++)
			run_row(row, turn++);
		return check_status();
	}
	fprintf(stderr, "usage: jumps TABLE\n");
	return 2;
}
