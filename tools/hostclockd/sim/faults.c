// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <hostclock/writer.h>

#include "base/array.h"
#include "clock/copies.h"
#include "clock/page.h"
#include "clock/publish.h"
#include "faults.h"
#include "vm/doorbell.h"
#include "vm/guest.h"

/* Fields that can be made hostile at the same time. */
#define MAX_HOSTILE	16

enum place {
	IN_PARAMS,
	IN_CLOCK_PAGE,
	IN_GUEST_PAGE,
};

struct field {
	const char *name;
	enum place place;
	size_t offset;
	size_t size;
};

#define FIELD(place, type, prefix, member, size) \
	{ prefix #member, place, offsetof(struct type, member), size }
#define PARAM(member, size) \
	FIELD(IN_PARAMS, hostclock_params, "", member, size)
#define CLOCK(member, size) \
	FIELD(IN_CLOCK_PAGE, hostclock_clock_page, "page.", member, size)
#define GUEST(member, size) \
	FIELD(IN_GUEST_PAGE, hostclock_guest_page, "guest.", member, size)

static const struct field fields[] = {
	PARAM(epoch, 8), PARAM(cycle_last, 8), PARAM(max_cycles, 8),
	PARAM(mult, 4), PARAM(shift, 4), PARAM(mono_sec, 8),
	PARAM(mono_snsec, 8), PARAM(wall_offset_ns, 8),
	PARAM(boot_offset_ns, 8), PARAM(raw_sec, 8), PARAM(raw_snsec, 8),
	PARAM(raw_mult, 4), PARAM(tai_offset_sec, 4), PARAM(maxerror_ns, 8),
	PARAM(maxerror_rate_ppb, 4), PARAM(status, 1),
	PARAM(leap_indicator, 1), PARAM(flags, 2), PARAM(valid_ns, 8),
	PARAM(leap_sec, 8), PARAM(utc_maxerror_ns, 8),
	CLOCK(magic, 4), CLOCK(version, 2), CLOCK(size, 2), CLOCK(format, 1),
	CLOCK(smear, 1), CLOCK(counter_id, 1), CLOCK(features, 8),
	CLOCK(counter_hz, 8), CLOCK(seq, 4),
	GUEST(magic, 4), GUEST(version, 2), GUEST(size, 2), GUEST(seq, 4),
	GUEST(clock_format, 1), GUEST(clock_smear, 1), GUEST(mono_policy, 1),
	GUEST(cause, 1), GUEST(epoch, 8), GUEST(tsc_offset, 8),
	GUEST(mono_offset_ns, 8), GUEST(raw_offset_ns, 8),
	GUEST(generation, 8), GUEST(resume_tsc, 8), GUEST(gap_ns, 8),
	GUEST(stop_tsc, 8), GUEST(gaps_ns, 8), GUEST(ran_on_tsc, 8),
	GUEST(gap_maxerror_ns, 8), GUEST(gaps_maxerror_ns, 8),
};

static struct hostile {
	const struct field *field;
	u64 value;
} hostile[MAX_HOSTILE];
static int used;
/* Published instead of the real values unless negative. */
static int status = -1;
static s64 error_ns = -1;

static const struct field *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

/* From now on publish @value in that field, until faults_hostile_off(). */
int faults_hostile(const char *name, u64 value, struct problem *why)
{
	const struct field *field = find(name);
	int i = 0;

	if (!field)
		return problem_set(why,
				   "hostile %s: no such field; names are the ABI header's, with \"page.\" or \"guest.\" before those outside struct hostclock_params",
				   name);
	while (i < used && hostile[i].field != field)
		i++;
	if (i == MAX_HOSTILE)
		return problem_set(why, "hostile: %d fields at most; `hostile off` first",
				   MAX_HOSTILE);
	hostile[i].field = field;
	hostile[i].value = htole64(value);
	used += i == used;
	return 0;
}

/* Publish this HOSTCLOCK_STATUS_*, or the real one if it is negative. */
void faults_status(int instead)
{
	status = instead;
}

/* Publish this maxerror_ns, or the real one if it is negative. */
void faults_error(s64 instead_ns)
{
	error_ns = instead_ns;
}

void faults_hostile_off(void)
{
	used = 0;
}

static void apply(enum place place, void *base)
{
	int i;

	for (i = 0; i < used; i++) {
		if (hostile[i].field->place == place)
			memcpy(base + hostile[i].field->offset,
			       &hostile[i].value, hostile[i].field->size);
	}
}

static void change_params(struct hostclock_params *p)
{
	apply(IN_PARAMS, p);
}

static void change_header(struct hostclock_clock_page *cp)
{
	apply(IN_CLOCK_PAGE, cp);
}

void faults_guest_hook(struct hostclock_guest_page *gp)
{
	apply(IN_GUEST_PAGE, gp);
}

/* Changed in the plan, not in the page: doorbells and status depend on them, too. */
static void change_plan(struct params *next)
{
	if (status >= 0)
		next->status = status;
	if (error_ns >= 0)
		next->maxerror_ns = error_ns;
}

const struct page_hooks faults_hooks = {
	.planned = change_plan,
	.params = change_params,
	.header = change_header,
};

static void scribble(void *start, size_t size)
{
	u8 *p = start;

	while (size--)
		*p++ = random();
}

static void tear_clock(struct hostclock_clock_page *cp, u32 seq)
{
	scribble(hostclock_page_claim_at(cp, seq),
		 sizeof(struct hostclock_params) / 2);
}

/*
 * A writer that died half way through writing parameters: as any, it had waited until the
 * older ones were not in use any more.
 */
static void tear_clocks(struct clock *clk)
{
	struct hostclock_clock_page *first;
	unsigned int n;
	int i;

	publish_wait(clk);
	for (i = 0; i < PAGES; i++) {
		tear_clock(clk->pages[i].map, clk->pages[i].seq);
		for (n = 0; (first = copies_at(n)); n++)
			tear_clock(copies_page(first, i), clk->pages[i].seq);
	}
}

/**
 * faults_tear - leave sequence counts odd and what they guard half written
 * @clk: the clock
 * @x: the exporter
 * @what: "clock", "guest" or "vmclock"
 */
void faults_tear(struct clock *clk, struct exporter *x, const char *what)
{
	struct vm *vm;

	if (!strcmp(what, "clock"))
		tear_clocks(clk);
	for (vm = x->vms; vm; vm = vm->next) {
		if (!strcmp(what, "guest"))
			hostclock_seq_claim_at(&vm->page.map->seq, vm->page.seq);
		if (!strcmp(what, "vmclock"))
			hostclock_seq_claim_at(&vm->page.map->vmclock.seq_count,
					       vm->page.vmclock_seq);
	}
}

/**
 * faults_scribble - fill pages with noise
 * @clk: the clock
 * @x: the exporter
 * @what: "clock" or "guest"
 */
void faults_scribble(struct clock *clk, struct exporter *x, const char *what)
{
	struct hostclock_clock_page *first;
	unsigned int n;
	struct vm *vm;
	int i;

	for (i = 0; i < PAGES && !strcmp(what, "clock"); i++) {
		scribble(clk->pages[i].map, sizeof(struct hostclock_clock_page));
		for (n = 0; (first = copies_at(n)); n++)
			scribble(copies_page(first, i),
				 sizeof(struct hostclock_clock_page));
	}
	for (vm = x->vms; vm && !strcmp(what, "guest"); vm = vm->next)
		scribble(vm->page.map, sizeof(*vm->page.map));
}

/* Rewrite what updates do not; the next update does the rest. */
void faults_repair(struct clock *clk, struct exporter *x)
{
	struct hostclock_clock_page *first;
	unsigned int n;
	struct vm *vm;
	int i;

	for (i = 0; i < PAGES; i++) {
		pages_header(&clk->now, &clk->now.pages[i], clk->pages[i].map);
		for (n = 0; (first = copies_at(n)); n++)
			pages_header(&clk->now, &clk->now.pages[i], copies_page(first, i));
	}
	for (vm = x->vms; vm; vm = vm->next) {
		vm_publish(x, vm);
		doorbell_ring(vm);
	}
}
