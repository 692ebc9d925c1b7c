// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>

/*
 * Copies word by word, each loaded once.  Sizes and alignments of all that is
 * copied are multiples of 8; see the ABI header's assertions.
 */
static void hostclock_copy(void *to, const void *from, size_t bytes)
{
	const u64 *src = from;
	u64 *dst = to;

	for (; bytes; bytes -= sizeof(*dst))
		*dst++ = READ_ONCE(*src++);
}

/* Zeroes instead of a copy. */
static void hostclock_zero(void *to, size_t bytes)
{
	u64 *dst = to;

	for (; bytes; bytes -= sizeof(*dst))
		*dst++ = 0;
}

/**
 * hostclock_snapshot_params - copy a clock page's newest set
 * @cp: the page
 * @set: where to put the set, little-endian
 * @seq: where to put the sequence count it was read under, or NULL.  As long as
 *	 the page's count, shifted right by one, equals this one so shifted, the
 *	 set is still the newest.
 *
 * At most HOSTCLOCK_MAX_TRIES tries.  Any context, NMI included.
 *
 * Return: false if each was overtaken by an update; *set is then inconsistent.
 */
bool hostclock_snapshot_params(const struct hostclock_clock_page *cp,
			       struct hostclock_params *set, u32 *seq)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	u32 begin;

	while (tries--) {
		begin = hostclock_page_begin(cp);
		hostclock_copy(set, hostclock_newest(cp, begin), sizeof(*set));
		if (hostclock_page_retry(cp, begin))
			continue;
		if (seq)
			*seq = begin;
		return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_snapshot_params);

/**
 * hostclock_snapshot_page - copy a clock page's header and its newest set
 * @cp: the page
 * @copy: where to put them, little-endian.  The set stands where the page has
 *	  it, the other set is all zero, and seq is even, so that the readers,
 *	  given the copy, use that one set for any counter value.
 *
 * At most HOSTCLOCK_MAX_TRIES tries.  Any context, NMI included.
 *
 * Return: false if each was overtaken by an update.
 */
bool hostclock_snapshot_page(const struct hostclock_clock_page *cp,
			     struct hostclock_clock_page *copy)
{
	const size_t header = __builtin_offsetof(struct hostclock_clock_page,
						 params);
	int tries = HOSTCLOCK_MAX_TRIES;
	u32 seq;

	hostclock_zero(copy, sizeof(*copy));
	while (tries--) {
		seq = hostclock_page_begin(cp);
		hostclock_copy(copy, cp, header);
		hostclock_copy(&copy->params[(seq >> 1) & 1],
			       hostclock_newest(cp, seq),
			       sizeof(struct hostclock_params));
		if (!hostclock_page_retry(cp, seq)) {
			copy->seq = htole32(seq & ~1U);
			return true;
		}
		/* the set named next may be the other one */
		hostclock_zero(copy->params, sizeof(copy->params));
	}
	return false;
}

/**
 * hostclock_snapshot_guest - copy a guest page's own part
 * @gp: the page
 * @copy: where to put it, little-endian; its vmclock structure is left zero
 *
 * At most HOSTCLOCK_MAX_TRIES tries.  Any context, NMI included.
 *
 * Return: false if the page was being written (or its writer had died while
 * writing it) each time.
 */
bool hostclock_snapshot_guest(const struct hostclock_guest_page *gp,
			      struct hostclock_guest_page *copy)
{
	const size_t skip = __builtin_offsetof(struct hostclock_guest_page,
					       magic);
	int tries = HOSTCLOCK_MAX_TRIES;
	u32 seq;

	hostclock_zero(copy, skip);
	while (tries--) {
		seq = hostclock_seq_begin(&gp->seq);
		hostclock_copy(&copy->magic, &gp->magic, sizeof(*copy) - skip);
		if (!hostclock_seq_retry(&gp->seq, seq))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_snapshot_guest);

/**
 * hostclock_snapshot_vmclock - copy a vmclock structure
 * @vc: the structure
 * @copy: where to put it, little-endian
 *
 * At most HOSTCLOCK_MAX_TRIES tries.  Any context, NMI included.
 *
 * Return: false as hostclock_snapshot_guest().
 */
bool hostclock_snapshot_vmclock(const struct hostclock_vmclock *vc,
				struct hostclock_vmclock *copy)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	u32 seq;

	while (tries--) {
		seq = hostclock_seq_begin(&vc->seq_count);
		hostclock_copy(copy, vc, sizeof(*copy));
		if (!hostclock_seq_retry(&vc->seq_count, seq))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_snapshot_vmclock);
