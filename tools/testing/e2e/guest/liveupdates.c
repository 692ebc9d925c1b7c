// SPDX-License-Identifier: GPL-2.0
/*
 * A host that updates a LIVE page, and a guest's kernel that reads it meanwhile.  The
 * host tells the guest a time by each update while that is under way, as a program there
 * that reads its own clock can; the guest must not find an earlier one after that.  Every
 * update steps the clock.
 *
 *	liveupdates host SHM CLOCKFILE UPDATES	nobody else writes CLOCKFILE
 *	liveupdates guest UPDATES	SHM is the ivshmem device with the magic
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <hostclock/reader.h>
#include <hostclock/writer.h>

#include "bar.h"
#include "check.h"
#include "clocks.h"

#define MAGIC		0x45544144504c4956ULL
#define SEC		1000000000ULL
#define PATIENCE_S	120
#define STEP_NS		1000000
#define UPDATES		4096		/* at most */
#define STALLS		20
#define READINGS	1000		/* in each stall */

/* In counts: for how long an update is held up, and from when on it is no test */
#define HELD		20000
#define TOO_LONG	(HOSTCLOCK_LIVE_WAIT * 9 / 10)

enum { WAYS = 2 };
static int64_t (*const ways[WAYS])(clockid_t) = { read_syscall, read_vdso };
static const char * const way_names[WAYS] = { "system call", "vDSO" };

struct shared {
	u64 magic;
	u32 ready;
	u32 done;			/* the guest's, with the stall of that number */
	u64 update;			/* number of the last one that told a time */
	u64 stalled;			/* number of the stall */
	s64 told[UPDATES];
	u32 back[WAYS][UPDATES];	/* readings before that, by ns */
	u64 readings[WAYS];
	u64 fastest[STALLS + 1];	/* in the stall of that number, in counts */
};

static struct shared *shm;
static struct hostclock_clock_page *page;

static void *map_file(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *map = fd < 0 ? MAP_FAILED :
		    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("cannot map %s", path);
	close(fd);
	return map;
}

static void wait_until(const u32 *word, u32 value)
{
	time_t start = time(NULL);

	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) {
		errno = ETIMEDOUT;
		if (time(NULL) - start > PATIENCE_S)
			die("the other side does not answer");
		usleep(100);
	}
}

/* The page's newest set, begun anew at a counter value, a step later */
static struct hostclock_params next_set(u32 seq, u64 counter)
{
	struct hostclock_params p = *hostclock_newest(page, seq);
	u64 delta = counter - p.cycle_last, second = SEC << p.shift;

	p.mono_snsec += delta * p.mult;
	p.mono_sec += p.mono_snsec / second;
	p.mono_snsec %= second;
	p.raw_snsec += delta * p.raw_mult;
	p.raw_sec += p.raw_snsec / second;
	p.raw_snsec %= second;
	p.cycle_last = counter;
	p.max_cycles = (~0ULL - second) / (p.mult > p.raw_mult ? p.mult : p.raw_mult);
	p.wall_offset_ns += STEP_NS;
	p.valid_ns = PATIENCE_S * SEC;
	if (getrandom(&p.epoch, sizeof(p.epoch), 0) != sizeof(p.epoch))
		die("getrandom");
	return p;
}

static s64 realtime(const struct hostclock_params *p)
{
	return hostclock_params_ns(p, HOSTCLOCK_MONO, hostclock_rdtsc() - p->cycle_last) +
	       p->wall_offset_ns;
}

/* Tells the guest the time by an update that begins. */
static struct hostclock_params begin_update(u32 seq, u64 number)
{
	struct hostclock_params p = next_set(seq, hostclock_page_claim_live(page, seq));

	shm->told[number] = realtime(&p);
	__atomic_store_n(&shm->update, number, __ATOMIC_RELEASE);
	return p;
}

static void end_update(u32 seq, const struct hostclock_params *p)
{
	*hostclock_page_claim_at(page, seq) = *p;
	hostclock_page_publish_at(page, seq);
}

/* How long readers had to wait, in counts */
static u64 update(u64 number)
{
	u32 seq = page->seq;
	struct hostclock_params p = begin_update(seq, number);

	while (hostclock_rdtsc() - p.cycle_last < HELD)
		;
	end_update(seq, &p);
	return hostclock_rdtsc() - p.cycle_last;
}

static void judge_way(int way, const u64 *held, u64 count)
{
	u64 back = 0, worst = 0, judged = 0, i;

	for (i = 1; i < count; i++) {
		if (held[i] > TOO_LONG)
			continue;
		judged++;
		if (!shm->back[way][i])
			continue;
		back++;
		note("%s: update %llu, held up for %llu counts: %u ns back", way_names[way],
		     (unsigned long long)i, (unsigned long long)held[i], shm->back[way][i]);
		worst = shm->back[way][i] > worst ? shm->back[way][i] : worst;
	}
	check(judged && !back && shm->readings[way] > count,
	      way ? "LIVE, vDSO: no reading is before what the host had" :
		    "LIVE, system call: no reading is before what the host had",
	      "%llu of %llu updates, up to %llu ns; %llu readings", (unsigned long long)back,
	      (unsigned long long)judged, (unsigned long long)worst,
	      (unsigned long long)shm->readings[way]);
	note("%s: %llu of %llu updates judged, %llu readings", way_names[way],
	     (unsigned long long)judged, (unsigned long long)count,
	     (unsigned long long)shm->readings[way]);
}

static void host_updates(u64 count)
{
	static u64 held[UPDATES];
	u64 i;
	int way;

	for (i = 1; i < count; i++) {
		held[i] = update(i);
		usleep(1000);
	}
	wait_until(&shm->ready, 2);
	for (way = 0; way < WAYS; way++)
		judge_way(way, held, count);
}

/* Updates that do not end until the guest has read its clock often */
static void host_stalls(void)
{
	u64 fastest = ~0ULL, slowest = 0;
	int i;

	for (i = 1; i <= STALLS; i++) {
		u32 seq = page->seq;
		struct hostclock_params p = begin_update(seq, 0);

		__atomic_store_n(&shm->stalled, i, __ATOMIC_RELEASE);
		wait_until(&shm->done, i);
		end_update(seq, &p);
		usleep(10000);
		fastest = shm->fastest[i] < fastest ? shm->fastest[i] : fastest;
		slowest = shm->fastest[i] > slowest ? shm->fastest[i] : slowest;
	}
	check(slowest < HOSTCLOCK_LIVE_WAIT, "LIVE, stalled: not every system call waits",
	      "in one of %d stalls, none of %d took less than %llu counts", STALLS, READINGS,
	      (unsigned long long)slowest);
	note("stalled: %llu to %llu counts for the fastest of %d readings",
	     (unsigned long long)fastest, (unsigned long long)slowest, READINGS);
}

static void run_host(const char *memory, const char *clock_file, u64 count)
{
	page = map_file(clock_file, HOSTCLOCK_PAGE_SIZE);
	errno = EPROTO;
	if (page->magic != HOSTCLOCK_CLOCK_MAGIC || page->format != HOSTCLOCK_FORMAT_UNSCALED ||
	    page->smear != HOSTCLOCK_SMEAR_STRICT || count > UPDATES)
		die("%s does not begin with an unscaled, strict clock page", clock_file);
	shm = map_file(memory, sizeof(*shm));
	memset(shm, 0, sizeof(*shm));
	__atomic_store_n(&shm->magic, MAGIC, __ATOMIC_RELEASE);
	wait_until(&shm->ready, 1);
	page->features = HOSTCLOCK_FEATURE_LIVE;
	host_updates(count);
	host_stalls();
	page->features = 0;
	__atomic_store_n(&shm->ready, 3, __ATOMIC_RELEASE);
}

/* In every update by another way first: it is that which finds it not yet ended. */
static void guest_updates(u64 count)
{
	u64 number = 0;

	while (number < count - 1) {
		int i;

		number = __atomic_load_n(&shm->update, __ATOMIC_ACQUIRE);
		for (i = 0; number && i < WAYS; i++) {
			int way = (number + i) % WAYS;
			s64 back = shm->told[number] - ways[way](CLOCK_REALTIME);

			shm->readings[way]++;
			if (back > 0 && !shm->back[way][number])
				shm->back[way][number] = back;
		}
	}
	__atomic_store_n(&shm->ready, 2, __ATOMIC_RELEASE);
}

static void guest_stalls(void)
{
	u32 i, k;

	for (i = 1; i <= STALLS; i++) {
		u64 fastest = ~0ULL, took;

		while (__atomic_load_n(&shm->stalled, __ATOMIC_ACQUIRE) != i)
			;
		for (k = 0; k < READINGS; k++) {
			took = hostclock_rdtsc();
			read_syscall(CLOCK_REALTIME);
			took = hostclock_rdtsc() - took;
			fastest = took < fastest ? took : fastest;
		}
		shm->fastest[i] = fastest;
		__atomic_store_n(&shm->done, i, __ATOMIC_RELEASE);
	}
}

int main(int argc, char **argv)
{
	size_t size = sizeof(*shm);

	if (argc == 5 && !strcmp(argv[1], "host")) {
		run_host(argv[2], argv[3], number_arg(argv[4], "UPDATES"));
		return check_status();
	}
	if (argc != 3 || strcmp(argv[1], "guest"))
		return 2;
	shm = bars_with(MAGIC, PATIENCE_S, &size);
	__atomic_store_n(&shm->ready, 1, __ATOMIC_RELEASE);
	guest_updates(number_arg(argv[2], "UPDATES"));
	guest_stalls();
	/* the host's side ends first, for what it says */
	wait_until(&shm->ready, 3);
	return 0;
}
