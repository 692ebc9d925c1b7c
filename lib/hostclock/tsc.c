// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/math.h>
#include <hostclock/tsc.h>

/**
 * hostclock_tsc_ratio - the ratio that gives a guest a TSC frequency
 * @guest_hz: what the guest shall have, Hz
 * @host_hz: what the host has, Hz, not 0
 * @frac_bits: 0 to 63
 *
 * Return: guest_hz / host_hz with that many fraction bits, rounded down, as KVM
 * does; U64_MAX if that does not fit or host_hz is 0.
 */
u64 hostclock_tsc_ratio(u64 guest_hz, u64 host_hz, u32 frac_bits)
{
	struct hostclock_u128 n = { .lo = guest_hz };

	return hostclock_div(hostclock_shl(n, frac_bits & 63), host_hz, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_tsc_ratio);

/**
 * hostclock_tsc_to_guest - what the guest reads when the host reads @host_tsc
 * @t: how the guest's TSC is scaled and offset
 * @host_tsc: any value
 *
 * Return: the guest's TSC, exactly as the hardware gives it: product shifted
 * right, rounded down, cut to 64 bits, offset added modulo 2^64.
 */
u64 hostclock_tsc_to_guest(const struct hostclock_tsc *t, u64 host_tsc)
{
	struct hostclock_u128 n = hostclock_mul(host_tsc, t->ratio);

	return hostclock_shr(n, t->frac_bits & 63).lo + t->offset;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_tsc_to_guest);

/**
 * hostclock_tsc_to_host - the host's TSC when the guest reads @guest_tsc
 * @t: how the guest's TSC is scaled and offset
 * @guest_tsc: any value
 * @host_tsc: where to put the first host value for which the guest reads
 *	      guest_tsc or more, provided the host's counter, scaled, has not
 *	      wrapped.  U64_MAX if there is none.
 *
 * With a ratio of at most 1, going back and forth ends where it began; with a
 * greater one, a guest value that is never read gives the next that is.
 *
 * Return: false if there is no such host value.
 */
bool hostclock_tsc_to_host(const struct hostclock_tsc *t, u64 guest_tsc,
			   u64 *host_tsc)
{
	struct hostclock_u128 n = { .lo = guest_tsc - t->offset };
	u64 rem;

	n = hostclock_shl(n, t->frac_bits & 63);
	*host_tsc = hostclock_div(n, t->ratio, &rem);
	if (n.hi >= t->ratio) {
		*host_tsc = ~0ULL;
		return false;
	}
	/*
	 * Does not wrap: a quotient of 2^64 - 1 has no remainder, which would
	 * have to be ratio modulo 2^frac_bits, but below ratio.
	 */
	*host_tsc += rem ? 1 : 0;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_tsc_to_host);
