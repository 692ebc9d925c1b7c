// SPDX-License-Identifier: GPL-2.0
/*
 * Has the kernel write the first page where it can.  Until then the page is steered a
 * little behind the clock, so that it makes a step forward when the kernel takes over; and
 * when the page comes back it is continued from where the kernel left it.
 *
 * Copies of the page in a VM's file need sets ahead of time.  While there are any, the
 * kernel does not write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <hostclock/validate.h>
#include <misc/hostclock-export.h>

#include "base/now.h"
#include "copies.h"
#include "kernel.h"

/* How far behind, beyond what a measurement may be off. */
#define BEHIND_NS	100
/* Further off than this the page is not what the kernel shall go on from. */
#define FAR_NS		2000
/* After a refusal */
#define RETRY_NS	(10 * NSEC_PER_SEC)

static int device = -1;
static u64 refused_ns;	/* when; 0: not */

static const char *const reasons[] = {
	[HOSTCLOCK_EXPORT_OK] = "",
	[HOSTCLOCK_EXPORT_COUNTER] = "the host's clocksource is not tsc",
	[HOSTCLOCK_EXPORT_FORM] = "the kernel's timekeeper has another form than the module knows",
	[HOSTCLOCK_EXPORT_NO_HOOK] = "the kernel has no kprobes, or none may be set",
	[HOSTCLOCK_EXPORT_UNHOOKED] = "kprobes or ftrace were switched off",
	[HOSTCLOCK_EXPORT_MISMATCH] = "it is not built for this kernel: its page is not the clock",
	[HOSTCLOCK_EXPORT_NO_UPDATE] = "the kernel's clock was not updated",
	[HOSTCLOCK_EXPORT_PAGE] = "the module does not know this kind of page",
	[HOSTCLOCK_EXPORT_AHEAD] = "the page was ahead of the kernel's clock",
};

static void set_state(struct clock *clk, enum kernel_state state, const char *why)
{
	clk->now.kernel.state = state;
	snprintf(clk->now.kernel.why, sizeof(clk->now.kernel.why), "%s", why);
}

static const char *ask_reason(void)
{
	struct hostclock_export_state state;

	if (ioctl(device, HOSTCLOCK_EXPORT_STATE, &state))
		return strerror(errno);
	if (state.reason >= sizeof(reasons) / sizeof(reasons[0]))
		return "for a reason that this hostclockd does not know";
	return reasons[state.reason];
}

/**
 * kernel_open - look for the module
 * @clk: the clock
 *
 * Takes back what an earlier hostclockd left to the kernel, so before pages_open().
 */
void kernel_open(struct clock *clk)
{
	device = open(HOSTCLOCK_EXPORT_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0) {
		set_state(clk, KERNEL_ABSENT,
			  errno == ENOENT ? "there is no " HOSTCLOCK_EXPORT_DEVICE :
			  strerror(errno));
		return;
	}
	ioctl(device, HOSTCLOCK_EXPORT_DETACH);
	set_state(clk, KERNEL_SOON, "");
}

/* Does it write this page? */
bool kernel_writes(const struct clock *clk, const struct page *pg)
{
	return clk->now.kernel.state == KERNEL_LIVE && pg == &clk->pages[0];
}

/* How far behind the clock the page is to be steered. */
s64 kernel_behind_ns(const struct clock *clk, const struct page *pg)
{
	if (clk->now.kernel.state != KERNEL_SOON || pg != &clk->pages[0] || copies_at(0))
		return 0;
	return clk->sample.half_ns + BEHIND_NS;
}

static struct hostclock_export_meta meta_of(const struct clock *clk, const struct params *p)
{
	return (struct hostclock_export_meta){
		.valid_ns = clk->opt->valid_ns,
		.leap_sec = p->leap_sec,
		.utc_maxerror_ns = p->utc_maxerror_ns,
		.tai_offset_sec = p->tai_sec,
		.flags = p->flags,
		.status = p->status,
		.leap_indicator = p->leap_indicator,
	};
}

/* What the kernel has written last. */
static bool read_page(const struct page *pg, struct params *p)
{
	struct hostclock_params set;

	if (!hostclock_snapshot_params(pg->map, &set, NULL))
		return false;
	params_decode(&set, p);
	return true;
}

static void take_back(struct clock *clk)
{
	struct page *pg = &clk->pages[0];

	ioctl(device, HOSTCLOCK_EXPORT_DETACH);
	pg->seq = HOSTCLOCK_LE32(pg->map->seq) & ~1U;
	params_decode(&pg->map->params[pg->seq >> 1 & 1], &pg->shown->params);
	params_decode(&pg->map->params[~pg->seq >> 1 & 1], &pg->shown->previous);
}

/**
 * kernel_tell - tell the kernel what it does not know, and read what it has written
 * @clk: the clock; the kernel writes its first page
 * @told: what is to be told
 *
 * Return: false if the kernel has stopped, and the page is ours again; otherwise the next
 * parameters are set.
 */
bool kernel_tell(struct clock *clk, const struct params *told)
{
	struct hostclock_export_meta meta = meta_of(clk, told);
	struct page *pg = &clk->pages[0];

	if (!ioctl(device, HOSTCLOCK_EXPORT_META, &meta) && read_page(pg, &pg->next))
		return true;
	set_state(clk, KERNEL_REFUSED, ask_reason());
	refused_ns = now_ns(CLOCK_MONOTONIC);
	say("the kernel does not write the clock page any more: %s", clk->now.kernel.why);
	take_back(clk);
	return false;
}

/* Is the page behind the clock, but not by much? */
static bool is_behind(const struct clock *clk)
{
	const struct clock_sample *s = &clk->sample;
	const struct params *p = &clk->now.pages[0].params;
	s64 mono = params_mono(p, s->tsc) - s->mono_ns;
	s64 raw = params_raw(p, s->tsc) - s->raw_ns;
	s64 half = s->half_ns;

	return mono + half < 0 && mono > -FAR_NS && raw + half < 0 && raw > -FAR_NS;
}

static void attach(struct clock *clk)
{
	struct page *pg = &clk->pages[0];
	struct hostclock_export_attach attach = {
		.address = (uintptr_t)pg->map,
		.meta = meta_of(clk, &pg->shown->params),
	};

	if (!ioctl(device, HOSTCLOCK_EXPORT_ATTACH, &attach)) {
		set_state(clk, KERNEL_LIVE, "");
		return;
	}
	/* Another time it will not be. */
	if (errno == EAGAIN)
		return;
	set_state(clk, KERNEL_REFUSED, errno == EBUSY ? "it writes another page" : ask_reason());
	refused_ns = now_ns(CLOCK_MONOTONIC);
}

/**
 * kernel_follow - let it take over, if it can
 * @clk: the clock, which has just been updated
 */
void kernel_follow(struct clock *clk)
{
	struct kernel_view *k = &clk->now.kernel;

	if (k->state == KERNEL_REFUSED && now_ns(CLOCK_MONOTONIC) - refused_ns > RETRY_NS)
		k->state = KERNEL_SOON;
	if (k->state == KERNEL_SOON && !copies_at(0) && !clk->sample.problem && is_behind(clk))
		attach(clk);
}

/* The page must be ours: there will be copies of it. */
void kernel_return(struct clock *clk)
{
	if (clk->now.kernel.state != KERNEL_LIVE)
		return;
	take_back(clk);
	set_state(clk, KERNEL_SOON, "there are private copies of the page");
}

/**
 * kernel_want - shall the kernel write?
 * @clk: the clock
 * @on: yes, as soon as it can
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int kernel_want(struct clock *clk, bool on, struct problem *why)
{
	struct kernel_view *k = &clk->now.kernel;

	if (k->state == KERNEL_ABSENT)
		return problem_set(why,
				   "kernel: %s; load hostclock_export, and restart hostclockd",
				   k->why);
	if (on && k->state != KERNEL_LIVE)
		set_state(clk, KERNEL_SOON, "");
	if (!on) {
		if (k->state == KERNEL_LIVE)
			take_back(clk);
		set_state(clk, KERNEL_OFF, "");
	}
	return 0;
}
