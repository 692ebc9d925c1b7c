// SPDX-License-Identifier: GPL-2.0
/* What every program answers to --version. */
#include <argp.h>

static void print_version(FILE *stream, struct argp_state *state)
{
	fprintf(stream, "%s (hostclock) %s\n", state->name, HOSTCLOCK_VERSION);
}

void (*argp_program_version_hook)(FILE *stream, struct argp_state *state) =
	print_version;
