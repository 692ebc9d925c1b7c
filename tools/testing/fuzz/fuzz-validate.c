// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Snapshots and validation, of pages with anything in them. */
#include <hostclock/reader.h>
#include <hostclock/validate.h>

#include "fuzz.h"

static void check_words(enum hostclock_page_error error)
{
	const char *text = hostclock_page_strerror(error);

	MUST(error < HOSTCLOCK_PAGE_ERRORS);
	MUST(text && *text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct hostclock_clock_page copy;
	enum hostclock_page_error error;
	struct hostclock_guest_page gp;
	struct hostclock_params set;
	struct hostclock_vmclock vc;
	struct fuzz_input in;
	u32 seq;

	fuzz_take(&in, data, size);
	/* nobody writes meanwhile, so this succeeds whatever the count is */
	MUST(hostclock_snapshot_page(&in.cp, &copy));
	MUST(hostclock_snapshot_params(&in.cp, &set, &seq));
	MUST(!memcmp(&set, hostclock_newest(&copy, le32toh(copy.seq)), sizeof(set)));
	error = hostclock_validate_clock_page_header(&copy, HOSTCLOCK_COUNTER_X86_TSC);
	check_words(error);
	if (!error)
		check_words(hostclock_validate_params(&copy, &set));
	if (hostclock_snapshot_vmclock(&in.gp.vmclock, &vc))
		check_words(hostclock_validate_vmclock(&vc, HOSTCLOCK_COUNTER_X86_TSC));
	if (!hostclock_snapshot_guest(&in.gp, &gp))
		return 0;
	error = hostclock_validate_guest_page(&gp);
	check_words(error);
	/* must survive sets that are not good, too */
	check_words(hostclock_validate_pair(&copy, &set, &gp));
	check_words(hostclock_validate_params(&copy, &set));
	return 0;
}
