// SPDX-License-Identifier: GPL-2.0
/* Tests of a guest kernel's vDSO image, run natively.  See --help. */
#include <argp.h>
#include <err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

/* No single test may take longer: a reader that hangs is a failed test. */
#define TEST_SECONDS	600

struct test_options options = {
	.cases = 1000000, .reads = 10000000, .mutants = 1000000,
};

static const char *image;
static const char *only;
static const char *prefix = "";
static const char *running;

static const struct argp_option argp_options[] = {
	{ "cases", 'c', "N", 0, "random cases per test of equality (1000000)", 0 },
	{ "reads", 'r', "N", 0, "reads against a writer (10000000)", 0 },
	{ "mutants", 'm', "N", 0, "mutated pages to read (1000000)", 0 },
	{ "seed", 's', "N", 0, "repeat a run; by default the time", 0 },
	{ "only", 'o', "TEXT", 0, "only tests whose name contains TEXT", 0 },
	{ "prefix", 'p', "TEXT", 0, "put TEXT in front of each name", 0 },
	{ 0 }
};

static u64 parse_number(const char *arg, struct argp_state *state)
{
	char *end;
	u64 n = strtoull(arg, &end, 0);

	if (end == arg || *end)
		argp_error(state, "not a number: %s", arg);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'c':
		options.cases = parse_number(arg, state);
		break;
	case 'r':
		options.reads = parse_number(arg, state);
		break;
	case 'm':
		options.mutants = parse_number(arg, state);
		break;
	case 's':
		options.seed = parse_number(arg, state);
		break;
	case 'o':
		only = arg;
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
	"Runs the vDSO image of a guest kernel (vdso64.so or vdso32.so, with its\n"
	".dbg next to it) in this process and tests it: against the library's reader,\n"
	"against a writer at full speed, against hostile pages.  One line per test;\n"
	"exit status 1 if any failed.", NULL, NULL, NULL
};

const char *failure(const char *format, ...)
{
	static char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

const char *check_reading(struct guest *g, clockid_t id, u64 tsc,
			  const struct reading *got)
{
	struct reading want = guest_expect(g, id, tsc);

	if (reading_same(got, &want))
		return NULL;
	return failure("%s at TSC %llu is %s %lld.%09lld, must be %s %lld.%09lld",
		       guest_clock_name(id), (unsigned long long)tsc,
		       got->syscall ? "a system call" : "",
		       (long long)got->sec, (long long)got->nsec,
		       want.syscall ? "a system call" : "",
		       (long long)want.sec, (long long)want.nsec);
}

u64 random_u64(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

u64 random_sized(u64 *state)
{
	return random_u64(state) >> (random_u64(state) >> 58);
}

u64 random_below(u64 *state, u64 bound)
{
	return random_u64(state) % bound;
}

static void on_alarm(int sig)
{
	static const char text[] = ": no answer, the reader hangs\n";

	(void)sig;
	if (write(1, "not ok - ", 9) < 0 ||
	    write(1, running, strlen(running)) < 0 ||
	    write(1, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static int run(struct guest *g, const struct test *tests)
{
	int failed = 0;

	for (const struct test *t = tests; t->name; t++) {
		const char *why;

		if (only && !strstr(t->name, only))
			continue;
		running = t->name;
		alarm(TEST_SECONDS);
		guest_reset(g);
		why = t->run(g);
		alarm(0);
		intercept_tsc(NULL, NULL);
		if (why)
			printf("not ok - %s%s: %s\n", prefix, t->name, why);
		else
			printf("ok - %s%s\n", prefix, t->name);
		fflush(stdout);
		failed += !!why;
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct guest g;
	int failed;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (!options.seed)
		options.seed = time(NULL);
	printf("# image %s, seed %llu\n", image, (unsigned long long)options.seed);
	fflush(stdout);
	signal(SIGALRM, on_alarm);
	guest_load(&g, image);
	intercept_init(&g.img);
	failed = run(&g, equality_tests);
	failed += run(&g, fallback_tests);
	failed += run(&g, call_tests);
	failed += run(&g, race_tests);
	failed += run(&g, fuzz_tests);
	return failed ? 1 : 0;
}
