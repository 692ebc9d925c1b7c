/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef FUZZ_H
#define FUZZ_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>
#include <stdlib.h>
#include <string.h>

/* What a finding is, besides what the sanitizers say. */
#define MUST(cond) do {							\
	if (!(cond))							\
		abort();						\
} while (0)

/* An input: two sets' page, a guest page, and numbers to read them with. */
struct fuzz_input {
	struct hostclock_clock_page cp;
	struct hostclock_guest_page gp;
	u64 numbers[8];
};

/* Takes what there is of an input; the rest is zero. */
static inline void fuzz_take(struct fuzz_input *in, const u8 *data, size_t size)
{
	memset(in, 0, sizeof(*in));
	memcpy(in, data, size < sizeof(*in) ? size : sizeof(*in));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* FUZZ_H */
