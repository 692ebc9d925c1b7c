// SPDX-License-Identifier: GPL-2.0
/*
 * A timestamp goes back and forth between a program on the host and one in the
 * guest, through memory that both map.  Whoever has the turn checks that its
 * clock is not behind the stamp it got, and passes its own on.  In rounds:
 *
 *	page	the host reads the clock page, the guest CLOCK_REALTIME: exact
 *	clock	the host reads its own CLOCK_REALTIME.  The guest's may differ
 *		from that by the page's error bound, which the host allows for
 *		in both directions.
 *	exact	the same, and nothing is allowed for, while the host's clock is
 *		slewed and stepped forward
 *	sampled	the same, not judged: for a page that follows by samples
 *	sets	the host sets its clock, either way, each time that it has the turn
 *
 *	pingpong host SHM CLOCKFILE COUNT ROUND...
 *	pingpong guest			SHM is the ivshmem device with the magic
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bar.h"
#include "check.h"
#include "clocks.h"
#include "pages.h"
#include "sway.h"

#define MAGIC		0x474e4f50474e4950ULL	/* "PINGPONG" */
#define PATIENCE_S	120	/* for the other side to answer at all */
#define SPINS		2000	/* before the CPU is offered to others */

enum { TURN_NONE, TURN_GUEST, TURN_HOST, TURN_END };

static const struct round {
	const char *name;
	const char *reads;	/* the host does */
	bool own_clock;
	bool allows;		/* for the page's error bound */
	bool sways;		/* the host's clock */
	bool sets;
	bool judged;
} rounds[] = {
	{ "page", "the page", .judged = true },
	{ "clock", "its clock", .own_clock = true, .allows = true, .judged = true },
	{ "exact", "its clock, swaying", .own_clock = true, .sways = true, .judged = true },
	{ "sampled", "its clock, swaying", .own_clock = true, .sways = true },
	{ "sets", "its clock, just set", .own_clock = true, .sets = true, .judged = true },
};

#define MAX_ROUNDS	8

struct shared {
	uint64_t magic;
	uint64_t stamp;
	uint64_t count;
	uint32_t turn;
	uint32_t guest_ready;
	uint32_t rounds[MAX_ROUNDS];	/* numbers + 1, up to a 0 */
};

struct score {
	uint64_t count;
	uint64_t back;
	int64_t worst;
};

static struct shared *shm;

static uint32_t load_turn(void)
{
	return __atomic_load_n(&shm->turn, __ATOMIC_ACQUIRE);
}

static void pass(uint64_t stamp, uint32_t turn)
{
	WRITE_ONCE(shm->stamp, stamp);
	__atomic_store_n(&shm->turn, turn, __ATOMIC_RELEASE);
}

static void wait_for(uint32_t turn)
{
	time_t start = time(NULL);
	int spins = 0;

	while (load_turn() != turn) {
		if (++spins < SPINS)
			continue;
		spins = 0;
		sched_yield();
		errno = ETIMEDOUT;
		if (time(NULL) - start > PATIENCE_S)
			die("the other side does not answer");
	}
}

static void judge_stamp(struct score *score, int64_t now, int64_t stamp)
{
	score->count++;
	if (now >= stamp)
		return;
	score->back++;
	if (stamp - now > score->worst)
		score->worst = stamp - now;
}

static void report(const struct score *score, const char *side, const struct round *round)
{
	char label[80];

	snprintf(label, sizeof(label), "time never goes back on its way to the %s (host reads %s)",
		 side, round->reads);
	if (round->judged)
		check(!score->back && score->count, label, "%llu of %llu did, by up to %lld ns",
		      (unsigned long long)score->back, (unsigned long long)score->count,
		      (long long)score->worst);
	note("%s: %llu stamps to the %s, %llu back by up to %lld ns", round->name,
	     (unsigned long long)score->count, side, (unsigned long long)score->back,
	     (long long)score->worst);
}

/* CLOCK_REALTIME in both ways, in turn */
static int64_t own_time(uint64_t i)
{
	return i & 1 ? read_syscall(CLOCK_REALTIME) : read_vdso(CLOCK_REALTIME);
}

/* The host's earliest and latest idea of the time, by the page or its clock. */
static void host_time(const struct pages *pages, const struct round *round, uint64_t i,
		      int64_t *early, int64_t *late)
{
	struct page_time t;
	int64_t bound;

	if (round->own_clock && !round->allows) {
		*early = own_time(i);
		*late = *early;
		return;
	}
	pages_now(pages, &t);
	*early = t.real;
	*late = t.real;
	if (!round->own_clock)
		return;
	bound = pages_maxerror(&t);
	*early = read_vdso(CLOCK_REALTIME) - bound;
	*late = *early + 2 * bound;
}

static void host_round(const struct pages *pages, uint64_t count, const struct round *round)
{
	struct score score = { };
	int64_t early, late;

	if (round->sways)
		sway_start();
	for (uint64_t i = 0; i < count; i++) {
		if (round->sets)
			set_once(i);
		host_time(pages, round, i, &early, &late);
		pass(early, TURN_GUEST);
		wait_for(TURN_HOST);
		host_time(pages, round, i, &early, &late);
		judge_stamp(&score, late, READ_ONCE(shm->stamp));
	}
	if (round->sways)
		sway_stop();
	report(&score, "host", round);
}

static void guest_round(uint64_t count, const struct round *round)
{
	struct score score = { };

	for (uint64_t i = 0; i < count; i++) {
		int64_t now;

		wait_for(TURN_GUEST);
		now = own_time(i >> 1);
		judge_stamp(&score, now, READ_ONCE(shm->stamp));
		pass(own_time(i >> 1), TURN_HOST);
	}
	report(&score, "guest", round);
}

static void map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd < 0)
		die("cannot open %s", path);
	map = mmap(NULL, sizeof(*shm), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   0);
	if (map == MAP_FAILED)
		die("cannot map %s", path);
	close(fd);
	shm = map;
}

/* The number of the round NAME, plus 1 */
static uint32_t round_number(const char *name)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(rounds); i++)
		if (!strcmp(rounds[i].name, name))
			return i + 1;
	fprintf(stderr, "%s: is no round\n", name);
	exit(2);
}

static const struct round *round_at(int i)
{
	return i < MAX_ROUNDS && shm->rounds[i] ? &rounds[shm->rounds[i] - 1] : NULL;
}

static void run_host(const char *shm_path, const char *clock_file, uint64_t count, char **names)
{
	time_t start = time(NULL);
	const struct round *round;
	struct pages pages;

	map_file(shm_path);
	pages_open_file(&pages, clock_file, HOSTCLOCK_SMEAR_STRICT);
	memset(shm, 0, sizeof(*shm));
	shm->count = count;
	for (int i = 0; names[i] && i < MAX_ROUNDS; i++)
		shm->rounds[i] = round_number(names[i]);
	__atomic_store_n(&shm->magic, MAGIC, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shm->guest_ready, __ATOMIC_ACQUIRE)) {
		errno = ETIMEDOUT;
		if (time(NULL) - start > PATIENCE_S)
			die("the guest's side did not start");
		usleep(10000);
	}
	for (int i = 0; (round = round_at(i)); i++)
		host_round(&pages, count, round);
	/* Another pair may follow: none must take this one's memory for its own. */
	WRITE_ONCE(shm->magic, 0);
	pass(0, TURN_NONE);
	wait_for(TURN_END);
}

static void run_guest(void)
{
	size_t size = sizeof(*shm);
	const struct round *round;

	/* The host's side may start later. */
	shm = bars_with(MAGIC, PATIENCE_S, &size);
	__atomic_store_n(&shm->guest_ready, 1, __ATOMIC_RELEASE);
	for (int i = 0; (round = round_at(i)); i++)
		guest_round(shm->count, round);
	/* The guest ends last: the host's side has said all by then. */
	wait_for(TURN_NONE);
	pass(0, TURN_END);
}

int main(int argc, char **argv)
{
	if (argc > 5 && !strcmp(argv[1], "host")) {
		run_host(argv[2], argv[3], number_arg(argv[4], "COUNT"), argv + 5);
	} else if (argc == 2 && !strcmp(argv[1], "guest")) {
		run_guest();
	} else {
		fprintf(stderr, "usage: pingpong host SHM CLOCKFILE COUNT ROUND...\n"
				"       pingpong guest\n");
		return 2;
	}
	return check_status();
}
