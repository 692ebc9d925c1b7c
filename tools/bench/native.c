// SPDX-License-Identifier: GPL-2.0
/*
 * How much a read of the guest's clocks costs, by the guest's own vDSO image on
 * the bare CPU, in mode hostclock against the modes there have been before.  Of an
 * image without our patches, what reading the line page costs.
 */
#include <argp.h>
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "modes.h"
#include "stock.h"

#ifdef __x86_64__
#define IP	REG_RIP
#else
#define IP	REG_EIP
#endif

#define MAX_ROUNDS	10000

static const char *image;
static const char *prefix = "vdso";
static u64 rounds = 300;
static u64 calls = 5000;
static int image_flags;

static const enum mode patched_modes[] = {
	MODE_TSC, MODE_PVCLOCK, MODE_HOSTCLOCK, MODE_LIVE, MODE_COUNT
};

static const enum mode stock_modes[] = { MODE_TSC, MODE_STOCK, MODE_COUNT };

/* Those to compare, with MODE_COUNT at the end */
static const enum mode *modes = patched_modes;

static struct vdso_image images[MODE_COUNT];
static struct vvar vvars[MODE_COUNT];
static double cost[MODE_COUNT][MAX_ROUNDS];

static const struct argp_option argp_options[] = {
	{ "rounds", 'r', "N", 0, "rounds, each of all modes (300)", 0 },
	{ "calls", 'c', "N", 0, "calls per mode and round (5000)", 0 },
	{ "no-rdtscp", 'n', NULL, 0, "have the image use LFENCE; RDTSC", 0 },
	{ "stock", 's', NULL, 0, "IMAGE has none of our patches: it is what dumpvdso wrote", 0 },
	{ "prefix", 'p', "TEXT", 0, "what the keys begin with (vdso)", 0 },
	{ 0 }
};

static u64 parse_number(const char *arg, u64 max, struct argp_state *state)
{
	char *end;
	u64 n = strtoull(arg, &end, 0);

	if (end == arg || *end || !n || n > max)
		argp_error(state, "must be 1 to %llu: %s",
			   (unsigned long long)max, arg);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'r':
		rounds = parse_number(arg, MAX_ROUNDS, state);
		break;
	case 'c':
		calls = parse_number(arg, 1000000000, state);
		break;
	case 'n':
		image_flags |= VDSO_NO_RDTSCP;
		break;
	case 's':
		modes = stock_modes;
		break;
	case 'p':
		prefix = arg;
		break;
	case ARGP_KEY_ARG:
		if (image)
			return ARGP_ERR_UNKNOWN;
		image = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	argp_options, parse, "IMAGE",
	"Measures clock_gettime() of a guest kernel's vDSO IMAGE (with its .dbg\n"
	"next to it) on this CPU, in modes TSC, pvclock and hostclock in turn, the\n"
	"last with a page that the host's kernel writes (live), too; of an image without\n"
	"our patches, in modes TSC and Hyper-V, which is what it reads the line page by.\n"
	"Prints lines of a key and a figure: medians of the ratios of each round.",
	NULL, NULL, NULL
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, u64 n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static double measure(const struct vvar *v, clockid_t id)
{
	struct vdso_timespec ts;
	u64 start = hostclock_rdtsc();

	for (u64 i = 0; i < calls; i++)
		v->clock(id, &ts);
	return (double)(hostclock_rdtsc() - start) / calls;
}

/* Median of the ratios of two modes' costs. */
static double ratio(enum mode a, enum mode b)
{
	static double ratios[MAX_ROUNDS];

	for (u64 i = 0; i < rounds; i++)
		ratios[i] = cost[a][i] / cost[b][i];
	return median(ratios, rounds);
}

static void measure_modes(clockid_t id)
{
	/* one round to warm up, and thrown away */
	for (u64 i = 0; i <= rounds; i++)
		for (const enum mode *m = modes; *m != MODE_COUNT; m++) {
			mode_tick(&vvars[*m], *m);
			cost[*m][i ? i - 1 : 0] = measure(&vvars[*m], id);
		}
}

static void print_ratios(const char *suffix)
{
	if (modes == stock_modes) {
		printf("%s_native_line_over_tsc%s %.4f\n", prefix, suffix,
		       ratio(MODE_STOCK, MODE_TSC));
		return;
	}
	printf("%s_native_hostclock_over_tsc%s %.4f\n", prefix, suffix,
	       ratio(MODE_HOSTCLOCK, MODE_TSC));
	printf("%s_native_hostclock_over_pvclock%s %.4f\n", prefix, suffix,
	       ratio(MODE_HOSTCLOCK, MODE_PVCLOCK));
	printf("%s_native_live_over_tsc%s %.4f\n", prefix, suffix,
	       ratio(MODE_LIVE, MODE_TSC));
	printf("%s_native_pvclock_over_tsc%s %.4f\n", prefix, suffix,
	       ratio(MODE_PVCLOCK, MODE_TSC));
}

static void measure_clock(clockid_t id, const char *suffix, double tsc_khz)
{
	measure_modes(id);
	print_ratios(suffix);
	/* That sorts them. */
	for (const enum mode *m = modes; *m != MODE_COUNT; m++)
		fprintf(stderr, "# %s%s: mode %s %.2f ns\n", prefix, suffix, mode_names[*m],
			median(cost[*m], rounds) * 1e6 / tsc_khz);
}

static volatile sig_atomic_t steps;
static const struct vdso_image *stepped;

static void on_step(int sig, siginfo_t *info, void *context)
{
	uintptr_t ip = ((ucontext_t *)context)->uc_mcontext.gregs[IP];

	(void)sig;
	(void)info;
	steps += ip - (uintptr_t)stepped->text < stepped->text_len;
}

#define TRAP_FLAG	0x100

#ifdef __x86_64__
#define read_flags	__builtin_ia32_readeflags_u64
#define write_flags	__builtin_ia32_writeeflags_u64
#else
#define read_flags	__builtin_ia32_readeflags_u32
#define write_flags	__builtin_ia32_writeeflags_u32
#endif

/* Instructions of one call, counted by stepping through them. */
static int count_instructions(enum mode m)
{
	struct vdso_timespec ts;

	mode_tick(&vvars[m], m);
	stepped = &images[m];
	steps = 0;
	write_flags(read_flags() | TRAP_FLAG);
	vvars[m].clock(CLOCK_REALTIME, &ts);
	write_flags(read_flags() & ~TRAP_FLAG);
	return steps;
}

static void measure_instructions(void)
{
	struct sigaction sa = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	double n[MODE_COUNT];

	if (sigaction(SIGTRAP, &sa, NULL))
		err(1, "sigaction");
	for (const enum mode *m = modes; *m != MODE_COUNT; m++)
		n[*m] = count_instructions(*m);
	if (modes == stock_modes) {
		printf("%s_instructions_line_over_tsc %.4f\n", prefix,
		       n[MODE_STOCK] / n[MODE_TSC]);
		return;
	}
	printf("%s_instructions_hostclock_over_tsc %.4f\n", prefix,
	       n[MODE_HOSTCLOCK] / n[MODE_TSC]);
	printf("%s_instructions_hostclock_over_pvclock %.4f\n", prefix,
	       n[MODE_HOSTCLOCK] / n[MODE_PVCLOCK]);
	fprintf(stderr, "# %s: instructions of a call: TSC %.0f, pvclock %.0f, hostclock %.0f\n",
		prefix, n[MODE_TSC], n[MODE_PVCLOCK], n[MODE_HOSTCLOCK]);
}

/*
 * The vDSO takes a few instructions more for each second that is full since the
 * last update.  Setting up early in a second has them all count the same.
 */
static void wait_for_new_second(void)
{
	struct timespec ts;

	do {
		usleep(10000);
		clock_gettime(CLOCK_REALTIME, &ts);
	} while (ts.tv_nsec > 200000000);
}

/* To one CPU of those allowed, the last: interrupts mostly go to the first. */
static void pin(void)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		err(1, "sched_getaffinity");
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			warn("cannot stay on CPU %d", cpu);
		return;
	}
}

static void load(enum mode m, u32 tsc_khz)
{
	if (modes == stock_modes) {
		stock_load(&images[m], &vvars[m], image);
	} else {
		vdso_image_load(&images[m], image, image_flags);
		vvar_find(&vvars[m], &images[m]);
	}
	mode_setup(&vvars[m], m, tsc_khz);
	mode_check(&vvars[m], m);
}

int main(int argc, char **argv)
{
	u32 tsc_khz;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	pin();
	tsc_khz = mode_tsc_khz();
	wait_for_new_second();
	for (const enum mode *m = modes; *m != MODE_COUNT; m++)
		load(*m, tsc_khz);
	measure_instructions();
	measure_clock(CLOCK_REALTIME, "", tsc_khz);
	measure_clock(CLOCK_MONOTONIC, "_monotonic", tsc_khz);
	return 0;
}
