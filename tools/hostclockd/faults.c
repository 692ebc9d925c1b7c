// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <hostclock/writer.h>

#include "faults.h"
#include "guest.h"
#include "page.h"

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

#define FIELD(place, type, prefix, member) \
	{ prefix #member, place, offsetof(struct type, member), \
	  sizeof(((struct type *)0)->member) }
#define PARAM(member)	FIELD(IN_PARAMS, hostclock_params, "", member)
#define CLOCK(member)	FIELD(IN_CLOCK_PAGE, hostclock_clock_page, "page.", member)
#define GUEST(member)	FIELD(IN_GUEST_PAGE, hostclock_guest_page, "guest.", member)

static const struct field fields[] = {
	PARAM(epoch), PARAM(cycle_last), PARAM(max_cycles), PARAM(mult),
	PARAM(shift), PARAM(mono_sec), PARAM(mono_snsec), PARAM(wall_offset_ns),
	PARAM(boot_offset_ns), PARAM(raw_sec), PARAM(raw_snsec),
	PARAM(raw_mult), PARAM(tai_offset_sec), PARAM(maxerror_ns),
	PARAM(maxerror_rate_ppb), PARAM(status), PARAM(leap_indicator),
	PARAM(flags), PARAM(valid_ns), PARAM(leap_sec), PARAM(utc_maxerror_ns),
	CLOCK(magic), CLOCK(version), CLOCK(size), CLOCK(format), CLOCK(smear),
	CLOCK(counter_id), CLOCK(features), CLOCK(counter_hz), CLOCK(seq),
	GUEST(magic), GUEST(version), GUEST(size), GUEST(seq),
	GUEST(clock_format), GUEST(clock_smear), GUEST(mono_policy),
	GUEST(cause), GUEST(epoch), GUEST(tsc_offset), GUEST(mono_offset_ns),
	GUEST(raw_offset_ns), GUEST(generation), GUEST(resume_tsc),
	GUEST(gap_ns),
};

static struct hostile {
	const struct field *field;
	u64 value;
} hostile[MAX_HOSTILE];
static int used;

/* From now on publish @value in that field, until faults_hostile_off(). */
int faults_hostile(const char *name, u64 value, struct problem *why)
{
	size_t i;

	if (used == MAX_HOSTILE)
		return problem_set(why, "hostile: %d fields at most; `hostile off` first",
				   MAX_HOSTILE);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].name, name))
			continue;
		hostile[used].field = &fields[i];
		hostile[used++].value = htole64(value);
		return 0;
	}
	return problem_set(why, "hostile %s: no such field; names are the ABI header's, with \"page.\" or \"guest.\" before those outside struct hostclock_params",
			   name);
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

void faults_params(struct hostclock_params *p)
{
	apply(IN_PARAMS, p);
}

void faults_header(struct hostclock_clock_page *cp)
{
	apply(IN_CLOCK_PAGE, cp);
}

void faults_guest(struct hostclock_guest_page *gp)
{
	apply(IN_GUEST_PAGE, gp);
}

static void scribble(void *start, size_t size)
{
	u8 *p = start;

	while (size--)
		*p++ = random();
}

/* A writer that died half way through a set. */
static void tear_clock(struct hostclock_clock_page *cp, u32 seq)
{
	scribble(hostclock_page_claim_at(cp, seq),
		 sizeof(struct hostclock_params) / 2);
}

/**
 * faults_tear - leave sequence counts odd and what they guard half written
 * @x: the exporter
 * @what: "clock", "guest" or "vmclock"
 */
void faults_tear(struct exporter *x, const char *what)
{
	struct vm *vm;
	int i;

	for (i = 0; i < PAGES && !strcmp(what, "clock"); i++) {
		tear_clock(x->pages[i].map, x->pages[i].seq);
		for (vm = x->private_vms; vm; vm = vm->next_private)
			tear_clock(vm_copy(vm, i), x->pages[i].seq);
	}
	for (vm = x->vms; vm; vm = vm->next) {
		if (!strcmp(what, "guest"))
			hostclock_seq_claim_at(&vm->gp->seq, vm->seq);
		if (!strcmp(what, "vmclock"))
			hostclock_seq_claim_at(&vm->gp->vmclock.seq_count,
					       vm->vmclock_seq);
	}
}

/**
 * faults_scribble - fill pages with noise
 * @x: the exporter
 * @what: "clock" or "guest"
 */
void faults_scribble(struct exporter *x, const char *what)
{
	struct vm *vm;
	int i;

	for (i = 0; i < PAGES && !strcmp(what, "clock"); i++) {
		scribble(x->pages[i].map, sizeof(struct hostclock_clock_page));
		for (vm = x->private_vms; vm; vm = vm->next_private)
			scribble(vm_copy(vm, i),
					 sizeof(struct hostclock_clock_page));
	}
	for (vm = x->vms; vm && !strcmp(what, "guest"); vm = vm->next)
		scribble(vm->gp, sizeof(*vm->gp));
}

/* Write again what updates do not; the next one does the rest. */
void faults_repair(struct exporter *x)
{
	struct vm *vm;
	int i;

	for (i = 0; i < PAGES; i++) {
		pages_header(x, &x->pages[i], x->pages[i].map);
		for (vm = x->private_vms; vm; vm = vm->next_private)
			pages_header(x, &x->pages[i], vm_copy(vm, i));
	}
	for (vm = x->vms; vm; vm = vm->next)
		vm_publish(x, vm);
}
