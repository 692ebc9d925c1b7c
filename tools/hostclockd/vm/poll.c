// SPDX-License-Identifier: GPL-2.0
/*
 * When guests are polled, for changes that no event reports.  KVM's TSC offsets
 * change rarely, so they are polled four times a second, and those whose events are
 * listened to once a second while all is well; but one that is being migrated here, and of which
 * nobody tells when it has arrived, has its clocks wrong from then on.  A QEMU that emulates
 * its CPUs changes the offset with every stop and cont, so it is polled more often,
 * most often when a change is likely.
 */
#include "base/array.h"
#include "base/rate.h"
#include "attach.h"
#include "vm/exporter.h"
#include "doorbell.h"
#include "follow.h"
#include "guest.h"
#include "pagefile.h"
#include "poll.h"
#include "restore.h"

/* Guests per poll: 10 to 20 us each under KVM, 3 us under TCG. */
#define KVM_BATCH	64
#define ARRIVING_BATCH	16
#define TCG_BATCH	32

/* Intervals between polls. */
#define KVM_NS		250000000ULL
#define KVM_QUIET_NS	1000000000ULL
#define KVM_ARRIVING_NS	2000000ULL
#define TCG_HEARD_NS	250000000ULL
#define TCG_STABLE_NS	50000000ULL
#define TCG_QUICK_NS	12500000ULL
/* For this long after the latest change. */
#define QUICK_FOR_NS	2000000000ULL

/**
 * struct round - the guests of one method, polled in turn
 * @method:	which
 * @arriving:	only those that are being migrated here, or only the others
 * @batch:	how many at a time
 * @last:	the host's TSC at the last poll
 * @pause_ns:	how long until the next
 * @none:	there was no such guest,
 * @changes:	when the exporter had changed so often
 */
struct round {
	enum vm_method method;
	bool arriving;
	unsigned int batch;
	u64 last;
	u64 pause_ns;
	bool none;
	unsigned int changes;
};

static struct round rounds[POLL_ROUNDS] = {
	{ .method = VM_TCG, .batch = TCG_BATCH },
	{ .method = VM_KVM, .batch = KVM_BATCH },
	{ .method = VM_KVM, .batch = ARRIVING_BATCH, .arriving = true },
};

/* When should this guest be polled again? */
static u64 pause_ns(const struct exporter *x, const struct round *r, const struct vm *vm)
{
	u64 ago;

	/* There may be more of them if this one has just arrived. */
	if (r->arriving)
		return KVM_ARRIVING_NS;
	if (vm->source.method == VM_KVM)
		return follow_is_quiet(vm) ? KVM_QUIET_NS : KVM_NS;
	if (vm->source.monitor)
		return TCG_HEARD_NS;
	/* A resume must be noticed at once: the guest's clocks are wrong until then. */
	if (vm->state == VM_STOPPED)
		return TCG_QUICK_NS;
	ago = rate_ns(hostclock_rdtsc() - vm->source.changed, x->clock.scale);
	return ago < QUICK_FOR_NS ? TCG_QUICK_NS : TCG_STABLE_NS;
}

static bool is_of(const struct round *r, const struct vm *vm)
{
	return vm->source.method == r->method && vm->state != VM_GONE &&
	       follow_is_arriving(vm) == r->arriving;
}

/* Poll some guests, in turn. */
static void run(struct exporter *x, struct round *r)
{
	struct vm **cursor = &x->poll_next[r - rounds];
	struct vm *first = *cursor ? *cursor : x->vms, *vm = first;
	unsigned int polls = 0;
	u64 ns;

	r->pause_ns = POLL_NEVER;
	r->none = true;
	r->changes = x->changes;
	while (vm && polls < r->batch) {
		if (is_of(r, vm) && !vm->held) {
			follow_poll(x, vm);
			ns = pause_ns(x, r, vm);
			r->pause_ns = ns < r->pause_ns ? ns : r->pause_ns;
			polls++;
		}
		r->none &= !is_of(r, vm);
		vm = vm->next ? vm->next : x->vms;
		if (vm == first)
			break;
	}
	*cursor = vm;
	/* There are more of them. */
	if (polls == r->batch && r->pause_ns > KVM_NS && r->pause_ns != POLL_NEVER)
		r->pause_ns = KVM_NS;
}

/* A round that waits longer, for guests that are quiet, ends when one is not any more. */
static void check_quiet(const struct exporter *x, struct round *r)
{
	const struct vm *vm;

	if (r->pause_ns != KVM_QUIET_NS)
		return;
	for (vm = x->vms; vm; vm = vm->next) {
		if (is_of(r, vm) && !follow_is_quiet(vm))
			r->pause_ns = KVM_NS;
	}
}

/* Rather a little early, together with another round, than alone. */
static bool is_due(const struct exporter *x, const struct round *r, u64 since)
{
	if (r->pause_ns == POLL_NEVER)
		return !r->none || r->changes != x->changes;
	return since >= r->pause_ns * 3 / 4;
}

/**
 * poll_run - poll the guests that are due
 * @x: the exporter
 *
 * Return: how soon it is to be called again, ns; POLL_NEVER if there is nothing to poll.
 */
u64 poll_run(struct exporter *x)
{
	u64 soonest = POLL_NEVER, now, since;
	struct round *r;

	attach_again(x);
	doorbell_poll(x);
	pagefile_check(x, vm_rewrite);
	state_retry(x);
	for (r = rounds; r < rounds + ARRAY_SIZE(rounds); r++) {
		check_quiet(x, r);
		now = hostclock_rdtsc();
		since = rate_ns(now - r->last, x->clock.scale);
		if (is_due(x, r, since)) {
			r->last = now;
			since = 0;
			run(x, r);
		}
		if (r->pause_ns == POLL_NEVER)
			continue;
		since = since < r->pause_ns ? since : r->pause_ns - 1;
		if (r->pause_ns - since < soonest)
			soonest = r->pause_ns - since;
	}
	return soonest;
}
