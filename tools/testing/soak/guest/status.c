// SPDX-License-Identifier: GPL-2.0
/* What adjtimex() says of the clock's quality, compared with page and sysfs. */
#include <string.h>
#include <sys/timex.h>

#include "soakwatch.h"

/* The kernel's NTP_PHASE_LIMIT */
#define LIMIT_US	16000000ULL

/* Of one set, so that the bound only grew meanwhile. */
static bool same_set(const struct look *a, const struct look *b)
{
	return look_same(a, b) && a->seq == b->seq &&
	       a->set.cycle_last == b->set.cycle_last;
}

/* Whole us, rounded up, as far as the kernel counts. */
static long maxerror_us(const struct look *at)
{
	return at->bound_ns < LIMIT_US * 1000 ? at->bound_ns / 1000 + 1 : LIMIT_US;
}

static void judge_bound(const struct timex *tx, const struct look *before,
			const struct look *after)
{
	if (tx->maxerror < maxerror_us(before) || tx->maxerror > maxerror_us(after))
		violated("adjtimex: maxerror %ld us, the page's %llu to %llu ns",
			 tx->maxerror, (unsigned long long)before->bound_ns,
			 (unsigned long long)after->bound_ns);
}

/* Called with the rules' lock held. */
void status_judge(struct looker *l)
{
	char before_text[32], after_text[32];
	struct look before, after;
	struct timex tx = {};
	bool synchronized;

	look(l, &before);
	line_of(SYSFS "status", before_text, sizeof(before_text));
	adjtimex(&tx);
	line_of(SYSFS "status", after_text, sizeof(after_text));
	look(l, &after);
	if (!rules.follow || strcmp(before_text, after_text) ||
	    !same_set(&before, &after))
		return;
	synchronized = !strcmp(after_text, "synchronized");
	if (synchronized == !!(tx.status & STA_UNSYNC))
		violated("adjtimex: status %#x, but the driver's is %s",
			 tx.status, after_text);
	if (synchronized)
		judge_bound(&tx, &before, &after);
}
