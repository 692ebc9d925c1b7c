/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments of options, as all programs here take them; the rest is argp's. */
#ifndef HOSTCLOCK_CMDLINE_H
#define HOSTCLOCK_CMDLINE_H

#include <argp.h>
#include <stdint.h>

/*
 * What these return is good: on a wrong argument they end the program with a message
 * that has @option, as it was written, and says what is right.
 */

/* A whole number within bounds, in decimal. */
uint64_t cmdline_number(struct argp_state *state, const char *option,
			const char *text, uint64_t min, uint64_t max);
/* Any number of 64 bits, signed or not, also in hexadecimal or octal. */
uint64_t cmdline_bits(struct argp_state *state, const char *option,
		      const char *text);
/* The place of a word in a list that ends with NULL. */
int cmdline_choice(struct argp_state *state, const char *option,
		   const char *text, const char *const *words);

#endif /* HOSTCLOCK_CMDLINE_H */
