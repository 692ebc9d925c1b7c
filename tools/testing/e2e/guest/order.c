// SPDX-License-Identifier: GPL-2.0
/*
 * Does time ever go back?  Per clock: vDSO and system call by turns on one
 * CPU; and all CPUs at once, each checking its reading against the latest that
 * any of them has made public.
 *
 *	order [COUNT [CLOCK]]	readings per clock and way, 200000 if not given;
 *				more across CPUs, until enough followed another's;
 *				of all clocks or one
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "check.h"
#include "clocks.h"

#ifdef __x86_64__
#define BITS	"64-bit"
#else
#define BITS	"32-bit"
#endif

/*
 * Readings that must have followed another CPU's, and how much longer to try for
 * them.  There are few where virtual CPUs take turns on a real one: some 300 a
 * second, at the host scheduler's pace.
 */
#define HANDOVERS	200
#define PATIENCE	200

static uint64_t count = 200000;

/* Shared by the threads that check one clock across CPUs. */
static struct {
	clockid_t id;
	int64_t latest;
	uint64_t back;
	uint64_t seen;		/* readings checked against another CPU's */
	int64_t worst;
} shared;

static void judge(const char *clock, const char *how, uint64_t back,
		  uint64_t of, int64_t worst)
{
	char label[80];

	snprintf(label, sizeof(label), "%s: %s never goes back, %s", BITS, clock,
		 how);
	check(!back && of, label, "%llu of %llu did, by up to %lld ns",
	      (unsigned long long)back, (unsigned long long)of,
	      (long long)worst);
}

static void interleave(const struct clock_name *clock)
{
	int64_t last = 0, worst = 0;
	uint64_t back = 0;

	for (uint64_t i = 0; i < count; i++) {
		int64_t now = i & 1 ? read_syscall(clock->id) :
				      read_vdso(clock->id);

		if (now < last) {
			back++;
			if (last - now > worst)
				worst = last - now;
		}
		last = now;
	}
	judge(clock->name, "vDSO and syscall by turns", back, count, worst);
}

/* Make now public, unless a later reading already is. */
static void publish(int64_t now)
{
	int64_t old = __atomic_load_n(&shared.latest, __ATOMIC_RELAXED);

	while (now > old &&
	       !__atomic_compare_exchange_n(&shared.latest, &old, now, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static bool is_enough(uint64_t readings)
{
	if (readings < count)
		return false;
	return readings >= PATIENCE * count ||
	       __atomic_load_n(&shared.seen, __ATOMIC_RELAXED) >= HANDOVERS;
}

static void *chase(void *arg)
{
	int64_t own = 0, worst = 0;
	uint64_t back = 0;

	pin_to((int)(intptr_t)arg);
	for (uint64_t i = 0; !is_enough(i); i++) {
		int64_t other = __atomic_load_n(&shared.latest,
						__ATOMIC_ACQUIRE);
		int64_t now = i & 1 ? read_syscall(shared.id) :
				      read_vdso(shared.id);

		if (other != own)
			__atomic_fetch_add(&shared.seen, 1, __ATOMIC_RELAXED);
		if (now < other) {
			back++;
			if (other - now > worst)
				worst = other - now;
		}
		publish(now);
		own = now;
	}
	__atomic_fetch_add(&shared.back, back, __ATOMIC_RELAXED);
	if (worst > shared.worst)
		shared.worst = worst;
	return NULL;
}

static void across_cpus(const struct clock_name *clock, int cpus)
{
	pthread_t threads[cpus];

	shared.id = clock->id;
	shared.latest = 0;
	shared.back = 0;
	shared.seen = 0;
	shared.worst = 0;
	for (intptr_t i = 0; i < cpus; i++)
		if (pthread_create(&threads[i], NULL, chase, (void *)i))
			die("cannot start a thread");
	for (int i = 0; i < cpus; i++)
		pthread_join(threads[i], NULL);
	judge(clock->name, "across CPUs", shared.back, shared.seen,
	      shared.worst);
	note("%s: %llu readings followed another CPU's", clock->name,
	     (unsigned long long)shared.seen);
}

int main(int argc, char **argv)
{
	int cpus = get_nprocs();
	bool found = false;

	if (argc > 1)
		count = number_arg(argv[1], "COUNT");
	for (const struct clock_name *c = clock_names; c->name; c++) {
		if (argc > 2 && strcmp(argv[2], c->name))
			continue;
		found = true;
		interleave(c);
		if (cpus > 1)
			across_cpus(c, cpus);
	}
	errno = EINVAL;
	if (!found)
		die("no clock is named %s", argv[2]);
	return check_status();
}
