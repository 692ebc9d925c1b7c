// SPDX-License-Identifier: GPL-2.0-only
/* A clock page: where it is, and storing to it. */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include <hostclock/reader.h>
#include <hostclock/writer.h>

#include "page.h"

/* A page of the kernel's own, to try things on. */
int hcx_page_make(struct hcx_page *page)
{
	*page = (struct hcx_page){ .cp = (void *)get_zeroed_page(GFP_KERNEL) };
	return page->cp ? 0 : -ENOMEM;
}

/**
 * hcx_page_pin - take over a page of a caller's
 * @page: to be filled in
 * @address: of the page, in the caller's memory
 *
 * Return: 0 or an error.
 */
int hcx_page_pin(struct hcx_page *page, u64 address)
{
	long n;

	*page = (struct hcx_page){};
	if (!PAGE_ALIGNED(address))
		return -EINVAL;
	n = pin_user_pages_fast(address, 1, FOLL_WRITE | FOLL_LONGTERM, &page->pinned);
	if (n != 1) {
		page->pinned = NULL;
		return n < 0 ? n : -EFAULT;
	}
	page->cp = page_address(page->pinned);
	page->seq = HOSTCLOCK_LE32(page->cp->seq);
	return 0;
}

void hcx_page_release(struct hcx_page *page)
{
	if (page->pinned)
		unpin_user_pages_dirty_lock(&page->pinned, 1, true);
	else if (page->cp)
		free_page((unsigned long)page->cp);
	*page = (struct hcx_page){};
}

/* Is it a page for the host's own line? */
bool hcx_page_usable(const struct hcx_page *page)
{
	const struct hostclock_clock_page *cp = page->cp;

	return HOSTCLOCK_LE32(cp->magic) == HOSTCLOCK_CLOCK_MAGIC &&
	       HOSTCLOCK_LE16(cp->version) == HOSTCLOCK_VERSION &&
	       HOSTCLOCK_LE16(cp->size) >= sizeof(*cp) &&
	       READ_ONCE(cp->format) == HOSTCLOCK_FORMAT_UNSCALED &&
	       READ_ONCE(cp->smear) == HOSTCLOCK_SMEAR_STRICT &&
	       READ_ONCE(cp->counter_id) == HOSTCLOCK_COUNTER_X86_TSC;
}

/* What its writer has published last, whatever is there. */
void hcx_page_newest(const struct hcx_page *page, struct hcx_params *p)
{
	const struct hostclock_params *set = hostclock_newest(page->cp, page->seq);

	*p = (struct hcx_params){
		.epoch = HOSTCLOCK_LE64(set->epoch),
		.cycle_last = HOSTCLOCK_LE64(set->cycle_last),
		.mult = HOSTCLOCK_LE32(set->mult),
		.raw_mult = HOSTCLOCK_LE32(set->raw_mult),
		.shift = HOSTCLOCK_LE32(set->shift),
		.mono_sec = HOSTCLOCK_LE64(set->mono_sec),
		.mono_snsec = HOSTCLOCK_LE64(set->mono_snsec),
		.raw_sec = HOSTCLOCK_LE64(set->raw_sec),
		.raw_snsec = HOSTCLOCK_LE64(set->raw_snsec),
		.wall_ns = HOSTCLOCK_LE64(set->wall_offset_ns),
		.boot_ns = HOSTCLOCK_LE64(set->boot_offset_ns),
	};
	if (HOSTCLOCK_LE16(set->flags) & HOSTCLOCK_PARAMS_TAI_VALID)
		p->tai_sec = HOSTCLOCK_LE32(set->tai_offset_sec);
}

/**
 * hcx_page_begin - let readers wait
 * @page: the page
 *
 * Return: the counter after they do.
 */
u64 hcx_page_begin(struct hcx_page *page)
{
	return hostclock_page_claim_live(page->cp, page->seq);
}

static void store(struct hostclock_params *to, const struct hcx_params *p,
		  const struct hostclock_export_meta *meta)
{
	WRITE_ONCE(to->epoch, cpu_to_le64(p->epoch));
	WRITE_ONCE(to->cycle_last, cpu_to_le64(p->cycle_last));
	WRITE_ONCE(to->max_cycles, cpu_to_le64(hcx_params_max_cycles(p)));
	WRITE_ONCE(to->mult, cpu_to_le32(p->mult));
	WRITE_ONCE(to->shift, cpu_to_le32(p->shift));
	WRITE_ONCE(to->mono_sec, cpu_to_le64(p->mono_sec));
	WRITE_ONCE(to->mono_snsec, cpu_to_le64(p->mono_snsec));
	WRITE_ONCE(to->wall_offset_ns, cpu_to_le64(p->wall_ns));
	WRITE_ONCE(to->boot_offset_ns, cpu_to_le64(p->boot_ns));
	WRITE_ONCE(to->raw_sec, cpu_to_le64(p->raw_sec));
	WRITE_ONCE(to->raw_snsec, cpu_to_le64(p->raw_snsec));
	WRITE_ONCE(to->raw_mult, cpu_to_le32(p->raw_mult));
	WRITE_ONCE(to->tai_offset_sec, cpu_to_le32(p->tai_sec));
	WRITE_ONCE(to->maxerror_ns, 0);
	WRITE_ONCE(to->maxerror_rate_ppb, 0);
	WRITE_ONCE(to->status, meta->status);
	WRITE_ONCE(to->leap_indicator, meta->leap_indicator);
	WRITE_ONCE(to->flags, cpu_to_le16(meta->flags));
	WRITE_ONCE(to->valid_ns, cpu_to_le64(meta->valid_ns));
	WRITE_ONCE(to->leap_sec, cpu_to_le64(meta->leap_sec));
	WRITE_ONCE(to->utc_maxerror_ns, cpu_to_le64(meta->utc_maxerror_ns));
}

/**
 * hcx_page_publish - the next set
 * @page: the page
 * @p: the line
 * @meta: the rest
 */
void hcx_page_publish(struct hcx_page *page, const struct hcx_params *p,
		      const struct hostclock_export_meta *meta)
{
	store(hostclock_page_claim_at(page->cp, page->seq), p, meta);
	hostclock_page_publish_at(page->cp, page->seq);
	page->seq = (page->seq | 1) + 1;
}

/* Undoes hcx_page_begin(): the newest set stays that. */
void hcx_page_abandon(struct hcx_page *page)
{
	page->seq &= ~1U;
	WRITE_ONCE(page->cp->seq, cpu_to_le32(page->seq));
}

/**
 * hcx_page_set_live - tell readers which rule holds
 * @page: the page
 * @live: are they to wait while the count is odd?
 */
void hcx_page_set_live(struct hcx_page *page, bool live)
{
	WRITE_ONCE(page->cp->features, cpu_to_le64(live ? HOSTCLOCK_FEATURE_LIVE : 0));
}
