// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Runs the library's properties; one line for each. See --help. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prop.h"

static const struct property * const suites[] = {
	math_properties, clocks_properties, reader_properties, forms_properties,
	vmclock_properties, transitions_properties, validate_properties,
	line_properties,
	export_properties,
};

struct options {
	u64 seed;
	u64 cases;
	u64 only_case;
	bool one;
	const char *only;
	bool list;
};

static const struct argp_option option_table[] = {
	{ "seed", 's', "N", 0, "seed of all cases (default 1)", 0 },
	{ "cases", 'n', "N", 0, "cases per property (default 1000000)", 0 },
	{ "only", 'o', "NAME", 0, "this property alone", 0 },
	{ "case", 'c', "N", 0, "this case alone, as a failure names it", 0 },
	{ "list", 'l', NULL, 0, "name the properties, run nothing", 0 },
	{ 0 }
};

static u64 number_of(const char *arg, struct argp_state *state)
{
	char *end;
	u64 n = strtoull(arg, &end, 0);

	if (!*arg || *arg == '-' || *end)
		argp_error(state, "'%s' is not a number from 0 up", arg);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's':
		o->seed = number_of(arg, state);
		return 0;
	case 'n':
		o->cases = number_of(arg, state);
		return 0;
	case 'c':
		o->only_case = number_of(arg, state);
		o->one = true;
		return 0;
	case 'o':
		o->only = arg;
		return 0;
	case 'l':
		o->list = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* FNV-1a: a property's cases do not depend on which others there are. */
static u64 name_hash(const char *name)
{
	u64 hash = 0xcbf29ce484222325ULL;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3ULL;
	return hash;
}

static bool run_case(const struct property *p, const struct options *o, u64 n,
		     struct prop_case *c)
{
	c->state = o->seed * 0xd1342543de82ef95ULL ^ name_hash(p->name);
	c->state ^= n * 0x2545f4914f6cdd1dULL;
	return p->check(c);
}

static bool run(const struct property *p, const struct options *o)
{
	u64 n = o->one ? o->only_case : 0;
	u64 end = o->one ? n + 1 : o->cases;
	struct prop_case c;

	for (; n < end; n++) {
		if (run_case(p, o, n, &c))
			continue;
		printf("not ok - %s: %s (again: --seed %" PRIu64 " --only %s --case %" PRIu64 ")\n",
		       p->name, c.why, o->seed, p->name, n);
		return false;
	}
	printf("ok - %s: %" PRIu64 " cases, seed %" PRIu64 "\n", p->name,
	       o->one ? 1 : o->cases, o->seed);
	return true;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		option_table, parse, NULL,
		"Check the conversion library's properties on random cases.\v"
		"Exit status: 0 all held, 1 one did not, 64 usage.",
		NULL, NULL, NULL
	};
	struct options o = { .seed = 1, .cases = 1000000 };
	const struct property *p;
	bool found = false;
	int failed = 0;
	size_t i;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		for (p = suites[i]; p->name; p++) {
			if (o.only && strcmp(o.only, p->name))
				continue;
			found = true;
			if (o.list)
				puts(p->name);
			else
				failed += !run(p, &o);
			fflush(stdout);
		}
	}
	if (!found) {
		fprintf(stderr, "no property '%s'; --list names them\n", o.only);
		return 64;
	}
	return failed ? 1 : 0;
}
