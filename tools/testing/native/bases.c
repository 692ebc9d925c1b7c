// SPDX-License-Identifier: GPL-2.0
/*
 * After each update of the vDSO data, the vDSO and the kernel hold their readings to the
 * same base, however long the vCPU did not run within the update, and whatever the host
 * wrote meanwhile: the driver's own code.
 *
 *	bases [--cases N] [--seed N]
 */
#include "held.h"

/* What counter.c takes from the kernel */
typedef struct { int counter; } atomic_t;
typedef struct {
	struct {
		unsigned int sequence;
	} seqcount;
} seqcount_latch_t;

#define ATOMIC_INIT(value)		{ value }
#define BIT(bit)			(1UL << (bit))
#define atomic_read(v)			((v)->counter)
#define atomic_set_release(v, to)	((v)->counter = (to))
#define atomic_cmpxchg_acquire(v, from, to) __sync_val_compare_and_swap(&(v)->counter, from, to)
#define raw_write_seqcount_latch(s)	((s)->seqcount.sequence++)
#define raw_read_seqcount_latch(s)	((s)->seqcount.sequence)
#define raw_read_seqcount_latch_retry(s, seq) ((s)->seqcount.sequence != (seq))
#define in_nmi()			false
#define irqs_disabled()			true
#define local_irq_save(flags)		((flags) = 0)
#define local_irq_restore(flags)	((void)(flags))
#define cpu_relax()			do { } while (0)
#define hostclock_rdtsc()		now

struct device;
struct list_head { struct list_head *next, *prev; };
struct irq_work;
typedef u64 phys_addr_t;

#include "../../../drivers/ptp/hostclock/page.h"
#include "../../../drivers/ptp/hostclock/rejected.h"
#include "../../../drivers/ptp/hostclock/resync.h"

/* And from other files of the driver: the host's pages are never refused, and no resync comes. */
int hostclock_error(void)
{
	return 0;
}

bool hostclock_rejected(u64 key)
{
	return false;
}

int hostclock_check_params(const struct hostclock_clock_page *header,
			   const struct hostclock_params *params)
{
	return 0;
}

bool hostclock_newest_holds(const struct hostclock_clock_page *cp, u32 seq)
{
	return true;
}

void hostclock_copy_previous(const struct hostclock_clock_page *cp,
			     const struct hostclock_clock_page *header, u32 count,
			     struct hostclock_params *previous)
{
	previous->epoch = 0;
}

bool hostclock_resync_running(void)
{
	return true;
}

bool hostclock_resync_allowed(void)
{
	return false;
}

bool hostclock_resync_take_forced(void)
{
	return false;
}

void hostclock_resync_raise(void)
{
}

void hostclock_record(unsigned long changes)
{
}

int hostclock_copy_params(const struct hostclock_clock_page *cp, u64 tsc_offset,
			  struct hostclock_params *params, u32 *count, u64 *tsc)
{
	*count = le32toh(cp->seq) >> 1;
	*params = cp->params[*count & 1];
	*tsc = now + tsc_offset;
	return 0;
}

#include "../../../drivers/ptp/hostclock/counter.c"
#include "../../../drivers/ptp/hostclock/vdso_base.c"

/* The counter of CLOCK_MONOTONIC, by the driver's mode; that of CLOCK_MONOTONIC_RAW is RAW. */
static enum hostclock_counter mono;

/* Parameters that the kernel may take, or not */
static void host_writes(void)
{
	struct hostclock_params params = draw_params();
	u32 count = le32toh(page.seq) / 2 + 1;

	page.params[count & 1] = params;
	page.seq = htole32(count * 2);
}

/* Somebody may read a clock, by system call if nobody writes the timekeeper. */
static bool time_passes(bool writing)
{
	enum hostclock_counter which = draw(2) ? mono : HOSTCLOCK_RAW;

	now += draw(draw(4) ? HZ / 10000 : HZ / 50);
	hostclock_read_base_get(&rb);
	if (draw(2))
		host_writes();
	if (writing)
		return true;
	return draw(2) ? read_is(which, hostclock_counter(which), "the kernel") :
			 read_vdso(which);
}

/* As the kernels' series ask: for CLOCK_MONOTONIC's first */
static bool update(void)
{
	u64 begun = now;

	hostclock_vdso_base_get(mono, &vdso[mono]);
	time_passes(true);
	hostclock_vdso_base_get(HOSTCLOCK_RAW, &vdso[HOSTCLOCK_RAW]);
	hostclock_vdso_updated();
	hostclock_read_base_get(&rb);
	return vdso[mono].tsc == begun - HOSTCLOCK_MAX_CPU_SKEW &&
	       !memcmp(&vdso[mono], &rb.base[mono], sizeof(*vdso));
}

static bool run(u64 seed)
{
	draw_seed(seed);
	mono = draw(4) ? HOSTCLOCK_MONO : HOSTCLOCK_RAW;
	begin();
	page.params[0] = rb.params;
	hostclock_read_base_set(&rb, &page);
	for (int i = 0; i < STEPS / 10; i++) {
		for (u64 j = draw(8); j; j--)
			if (!time_passes(false))
				return false;
		if (!update())
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *name = "the vDSO's base is the kernel's, and as new as the update";
	u64 cases, seed, i = 0;

	draw_options(argc, argv, &cases, &seed);
	hostclock_set_max_delta(1ULL << 50);
	hostclock_set_idle(all_idle);
	hostclock_counter_set_in_use(HOSTCLOCK_MONO, true);
	while (i < cases && run(seed + i))
		i++;
	if (i == cases)
		printf("ok - %s\n", name);
	else
		printf("not ok - %s: it is not; --cases 1 --seed %llu repeats it\n", name,
		       (unsigned long long)(seed + i));
	return i != cases;
}
