/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_OTHER_VM_H
#define _HOSTCLOCK_OTHER_VM_H

#include <linux/types.h>

#include "page.h"
#include "read_base.h"

bool hostclock_in_other_vm(const struct hostclock_read_base *old,
			   const struct hostclock_guest_page *guest);
u64 hostclock_other_vm_offset(const struct hostclock_read_base *old,
			      const struct hostclock_snapshot *c,
			      enum hostclock_counter which, const u64 *asleep_ns);

#endif /* _HOSTCLOCK_OTHER_VM_H */
