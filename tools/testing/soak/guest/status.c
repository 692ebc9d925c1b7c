// SPDX-License-Identifier: GPL-2.0
/* What adjtimex() says of the clock's quality, beside page and sysfs. */
#include <string.h>
#include <sys/timex.h>

#include "soakwatch.h"

/* Of one set, so that the bound only grew meanwhile. */
static bool same_set(const struct look *a, const struct look *b)
{
	return look_same(a, b) && a->seq == b->seq &&
	       a->set.cycle_last == b->set.cycle_last;
}

static void judge_bound(const struct timex *tx, const struct look *before,
			const struct look *after)
{
	/* whole us, rounded up */
	if (tx->maxerror * 1000ULL < before->bound_ns ||
	    tx->maxerror * 1000ULL >= after->bound_ns + 1000)
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
