// SPDX-License-Identifier: GPL-2.0
/*
 * A timestamp goes back and forth between a program on the host and one in the
 * guest, through memory that both map.  Whoever has the turn checks that its
 * clock is not behind the stamp it got, and passes its own on.  Two rounds:
 *
 *	page	the host reads the clock page, the guest CLOCK_REALTIME: exact
 *	clock	the host reads its own CLOCK_REALTIME.  The guest's may differ
 *		from that by the page's error bound, which the host allows for
 *		in both directions.
 *
 *	pingpong host SHM CLOCKFILE [COUNT]
 *	pingpong guest [COUNT]		SHM is the ivshmem device with the magic
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

#define MAGIC		0x474e4f50474e4950ULL	/* "PINGPONG" */
#define PATIENCE_S	120	/* for the other side to answer at all */
#define SPINS		2000	/* before the CPU is offered to others */

enum { TURN_NONE, TURN_GUEST, TURN_HOST };

struct shared {
	uint64_t magic;
	uint64_t stamp;
	uint64_t count;
	uint32_t turn;
	uint32_t guest_ready;
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

static void report(const struct score *score, const char *side,
		   const char *round)
{
	char label[80];

	snprintf(label, sizeof(label),
		 "time never goes back on its way to the %s (host reads the %s)",
		 side, round);
	check(!score->back && score->count, label, "%llu of %llu did, by up to %lld ns",
	      (unsigned long long)score->back,
	      (unsigned long long)score->count, (long long)score->worst);
	note("%llu stamps to the %s, host reads the %s",
	     (unsigned long long)score->count, side, round);
}

/* The host's earliest and latest idea of the time, by the page or its clock. */
static void host_time(const struct pages *pages, bool own_clock, int64_t *early,
		      int64_t *late)
{
	struct page_time t;
	int64_t bound;

	pages_now(pages, &t);
	*early = t.real;
	*late = t.real;
	if (!own_clock)
		return;
	bound = pages_maxerror(&t);
	*early = read_vdso(CLOCK_REALTIME) - bound;
	*late = *early + 2 * bound;
}

static void host_round(const struct pages *pages, uint64_t count,
		       bool own_clock)
{
	struct score score = { };
	int64_t early, late;

	for (uint64_t i = 0; i < count; i++) {
		host_time(pages, own_clock, &early, &late);
		pass(early, TURN_GUEST);
		wait_for(TURN_HOST);
		host_time(pages, own_clock, &early, &late);
		judge_stamp(&score, late, READ_ONCE(shm->stamp));
	}
	report(&score, "host", own_clock ? "clock" : "page");
}

static void guest_round(uint64_t count, const char *name)
{
	struct score score = { };

	for (uint64_t i = 0; i < count; i++) {
		int64_t now;

		wait_for(TURN_GUEST);
		now = read_vdso(CLOCK_REALTIME);
		judge_stamp(&score, now, READ_ONCE(shm->stamp));
		pass(read_vdso(CLOCK_REALTIME), TURN_HOST);
	}
	report(&score, "guest", name);
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

static void run_host(const char *shm_path, const char *clock_file,
		     uint64_t count)
{
	time_t start = time(NULL);
	struct pages pages;

	map_file(shm_path);
	pages_open_file(&pages, clock_file, HOSTCLOCK_SMEAR_STRICT);
	memset(shm, 0, sizeof(*shm));
	shm->count = count;
	__atomic_store_n(&shm->magic, MAGIC, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shm->guest_ready, __ATOMIC_ACQUIRE)) {
		errno = ETIMEDOUT;
		if (time(NULL) - start > PATIENCE_S)
			die("the guest's side did not start");
		usleep(10000);
	}
	host_round(&pages, count, false);
	host_round(&pages, count, true);
	pass(0, TURN_NONE);
}

static void run_guest(void)
{
	size_t size = sizeof(*shm);

	/* The host's side may start later. */
	shm = bars_with(MAGIC, PATIENCE_S, &size);
	__atomic_store_n(&shm->guest_ready, 1, __ATOMIC_RELEASE);
	guest_round(shm->count, "page");
	guest_round(shm->count, "clock");
	/* the guest ends last: the host's side has said all by then */
	wait_for(TURN_NONE);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 4 ? number_arg(argv[4], "COUNT") : 100000;

	if (argc > 3 && !strcmp(argv[1], "host")) {
		run_host(argv[2], argv[3], count);
	} else if (argc == 2 && !strcmp(argv[1], "guest")) {
		run_guest();
	} else {
		fprintf(stderr, "usage: pingpong host SHM CLOCKFILE [COUNT]\n"
				"       pingpong guest\n");
		return 2;
	}
	return check_status();
}
