/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hostclock adds to the vDSO data.  Where it is among them, the series for a
 * kernel says.
 */
#ifndef __ASM_VDSO_HOSTCLOCK_H
#define __ASM_VDSO_HOSTCLOCK_H

#ifndef __ASSEMBLER__

#include <hostclock/vdso.h>

/**
 * struct hostclock_vdso_data - what the vDSO needs to read one counter
 * @slot:	which pair of the vvar area's hostclock pages is in use
 * @__unused:	makes the rest fit into one cache line
 * @accepted:	accepted epochs and offsets
 * @base:	where the counter was at the last update
 */
struct hostclock_vdso_data {
	u32				slot;
	u32				__unused;
	struct hostclock_accepted	accepted;
	struct hostclock_vdso_base	base;
};

void hostclock_vdso_update(struct hostclock_vdso_data *data, enum hostclock_counter which);

#endif /* !__ASSEMBLER__ */

#endif /* __ASM_VDSO_HOSTCLOCK_H */
