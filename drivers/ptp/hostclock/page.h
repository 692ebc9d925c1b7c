/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PAGE_H
#define _HOSTCLOCK_PAGE_H

#include <linux/list.h>
#include <linux/types.h>

#include <hostclock/validate.h>

/* Why the pages are not followed: these, or an enum hostclock_page_error */
enum hostclock_error {
	HOSTCLOCK_ERR_NO_GUEST_PAGE = HOSTCLOCK_PAGE_ERRORS,
	HOSTCLOCK_ERR_NO_CLOCK_PAGE,
	HOSTCLOCK_ERR_COUNTER,		/* the kernel considers the TSC unstable */
	HOSTCLOCK_ERR_SLEW,		/* mult too far from raw_mult */
	HOSTCLOCK_ERR_BEFORE_FIRST,	/* the TSC is before all parameters */
	HOSTCLOCK_ERR_RANGE,		/* counters outside 0 to 255 years */
	HOSTCLOCK_ERR_REALTIME,		/* the kernel refuses that CLOCK_REALTIME */
	HOSTCLOCK_ERRS
};

/* Memory that a device offers */
struct hostclock_region {
	struct list_head node;
	/* After a suspend: show the memory at phys again.  Interrupts are off.  Or NULL */
	void (*show)(struct device *dev);
	const struct hostclock_doorbell_ops *doorbell;	/* or NULL */
	struct device *dev;
	void *mem;
	phys_addr_t phys;
	size_t size;		/* bytes mapped, a multiple of the page size */
	bool stranger;		/* transport.c's: not followed */
};

struct hostclock_page {
	const void *mem;
	phys_addr_t phys;
	const struct hostclock_region *region;
};

/* Instead of a sequence count, which is below 2^31 */
#define HOSTCLOCK_NOT_NEWEST	(~0U)

/* Validated copies of the pages; count and tsc as hostclock_copy_params() gives them */
struct hostclock_snapshot {
	struct hostclock_guest_page guest;
	struct hostclock_clock_page clock;	/* header only */
	struct hostclock_params params;
	struct hostclock_params previous;	/* epoch 0: unknown */
	const struct hostclock_clock_page *cp;
	u32 count;
	u64 tsc;
};

bool hostclock_region_has_guest_page(const struct hostclock_region *region);
bool hostclock_region_has_clock_page(const struct hostclock_region *region);
bool hostclock_region_has_pages(const struct hostclock_region *region);
void hostclock_pages_add(const struct hostclock_region *region, bool guest);
void hostclock_pages_forget(void);
const struct hostclock_page *hostclock_guest_page(void);
const struct hostclock_page *hostclock_line_page(void);
phys_addr_t hostclock_clock_phys(const void *mem);
int hostclock_take_snapshot(struct hostclock_snapshot *c);
bool hostclock_newest_holds(const struct hostclock_clock_page *cp, u32 seq);
int hostclock_copy_params(const struct hostclock_clock_page *cp, u64 tsc_offset,
			  struct hostclock_params *params, u32 *count, u64 *tsc);
void hostclock_copy_previous(const struct hostclock_clock_page *cp,
			     const struct hostclock_clock_page *header, u32 count,
			     struct hostclock_params *previous);
int hostclock_check_params(const struct hostclock_clock_page *header,
			   const struct hostclock_params *params);
const char *hostclock_error_string(int error);

#endif /* _HOSTCLOCK_PAGE_H */
