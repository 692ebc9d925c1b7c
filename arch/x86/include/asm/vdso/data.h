/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __ASM_VDSO_DATA_H
#define __ASM_VDSO_DATA_H

#ifndef __ASSEMBLY__

#include <hostclock/vdso.h>

/**
 * struct arch_vdso_data - what x86 adds to the vDSO data
 * @slot:	which pair of the vvar area's hostclock pages is in use
 * @__unused:	makes the rest lie in one cache line
 * @hostclock:	accepted epochs and offsets
 * @base:	where the counter was at the last update
 */
struct arch_vdso_data {
	u32			slot;
	u32			__unused;
	struct hostclock_accepted	hostclock;
	struct hostclock_vdso_base	base;
};

#endif /* !__ASSEMBLY__ */

#endif /* __ASM_VDSO_DATA_H */
