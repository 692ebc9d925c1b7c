// SPDX-License-Identifier: GPL-2.0
/*
 * A mapped file: after its start the clock may open none, and a store cannot fail.  What
 * is kept is there twice, so that a clock that is killed at any store leaves one whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hostclock/validate.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/rate.h"
#include "base/siphash.h"
#include "kept.h"
#include "hostid.h"

#define MAGIC		"hclkept"
#define VERSION		2
/* Before there were checksums. */
#define VERSION_UNCHECKED	1

/* Where hostclockd kept it before the clock had a process of its own. */
#define OLD_FILE	"state"
#define OLD_VERSION	1
#define OLD_MAX		(8UL << 20)

/* Plausible frequencies of a TSC. */
#define KHZ_MIN		1000
#define KHZ_MAX		100000000

/**
 * struct kept - what is kept, for a layout that stays
 *
 * As in struct clock_view and struct leap_plan.
 */
struct kept {
	u64 khz;
	u64 scaled_ratio;
	u64 scaled_offset;
	u64 scaled_frac_bits;
	u64 afresh;
	s64 leap_sign;
	s64 leap_sec;
	s64 leap_strict;
	s64 leap_realtime_offset_ns;
	s64 leap_tai_sec;
	s64 leap_mono_ns;
	s64 smear_bias_ns;
};

/**
 * struct file - the file
 * @magic:	MAGIC
 * @version:	VERSION
 * @seq:	kept[seq % 2] is the newest
 * @host_id:	of the boot that it is valid for
 * @kept:	it and the one before
 * @check:	of each, by check_of()
 */
static struct file {
	char magic[8];
	u32 version;
	u32 seq;
	u8 host_id[16];
	struct kept kept[2];
	u64 check[2];
} *file;

/* A damaged smear_bias_ns or leap is as plausible as a right one. */
static u64 check_of(const struct kept *k)
{
	return siphash(file->host_id, k, sizeof(*k));
}

static bool is_within(s64 value, s64 limit)
{
	return value >= -limit && value <= limit;
}

/* A scaled page counts ns, within what its readers accept. */
static bool is_scaled(const struct kept *k)
{
	struct hostclock_u128 mhz;

	if (k->scaled_frac_bits > 63)
		return false;
	mhz = hostclock_shr(hostclock_mul(k->khz, k->scaled_ratio), k->scaled_frac_bits);
	return hostclock_low(mhz) > 1000000 - 1000000 / 8 &&
	       hostclock_low(mhz) < 1000000 + 1000000 / 8;
}

static bool is_plausible(const struct kept *k)
{
	return k->khz >= KHZ_MIN && k->khz <= KHZ_MAX && is_scaled(k) &&
	       is_within(k->leap_sign, 1) && is_within(k->leap_sec, 1LL << 34) &&
	       is_within(k->leap_realtime_offset_ns, 1LL << 62) &&
	       is_within(k->leap_tai_sec, HOSTCLOCK_TAI_MAX_SEC) &&
	       is_within(k->leap_mono_ns, 1LL << 62) &&
	       is_within(k->smear_bias_ns, 100 * PPB);
}

static void take(struct clock *clk, const struct kept *k)
{
	clk->now.khz = k->khz;
	clk->now.afresh = k->afresh;
	clk->now.scaled.ratio = k->scaled_ratio;
	clk->now.scaled.offset = k->scaled_offset;
	clk->now.scaled.frac_bits = k->scaled_frac_bits;
	clk->now.leap.sign = k->leap_sign;
	clk->now.leap.sec = k->leap_sec;
	clk->now.leap.strict = k->leap_strict;
	clk->now.leap.realtime_offset_ns = k->leap_realtime_offset_ns;
	clk->now.leap.tai_sec = k->leap_tai_sec;
	clk->now.leap.mono_ns = k->leap_mono_ns;
	clk->now.leap.bias_ns = k->smear_bias_ns;
}

static void give(const struct clock *clk, struct kept *k)
{
	*k = (struct kept) {
		.khz = clk->now.khz,
		.afresh = clk->now.afresh,
		.scaled_ratio = clk->now.scaled.ratio,
		.scaled_offset = clk->now.scaled.offset,
		.scaled_frac_bits = clk->now.scaled.frac_bits,
		.leap_sign = clk->now.leap.sign,
		.leap_sec = clk->now.leap.sec,
		.leap_strict = clk->now.leap.strict,
		.leap_realtime_offset_ns = clk->now.leap.realtime_offset_ns,
		.leap_tai_sec = clk->now.leap.tai_sec,
		.leap_mono_ns = clk->now.leap.mono_ns,
		.smear_bias_ns = clk->now.leap.bias_ns,
	};
}

static void load_old(struct clock *clk, struct json_object *o)
{
	struct kept k = {
		.khz = json_uint(o, "tsc_khz"),
		.scaled_ratio = json_uint(o, "scaled_ratio"),
		.scaled_frac_bits = json_uint(o, "scaled_frac_bits"),
		.scaled_offset = json_uint(o, "scaled_offset"),
		.leap_sign = json_int(o, "leap"),
		.leap_sec = json_int(o, "leap_sec"),
		.leap_strict = json_int(o, "leap_strict"),
		.leap_realtime_offset_ns = json_int(o, "leap_wall_ns"),
		.leap_tai_sec = json_int(o, "leap_tai_sec"),
		.leap_mono_ns = json_int(o, "leap_mono_ns"),
		.smear_bias_ns = json_int(o, "smear_bias_ns"),
	};

	if (is_plausible(&k))
		take(clk, &k);
}

/* What an older hostclockd has left; there may be nothing. */
static void read_old(struct clock *clk, int dir)
{
	struct problem why;
	char id[HEX_SIZE(16)], *text = files_read(dir, OLD_FILE, OLD_MAX, &why);
	struct json_object *o = text ? json_tokener_parse(text) : NULL;
	u8 host_id[16];

	free(text);
	hostid_boot(host_id);
	hex_write(id, host_id, sizeof(host_id));
	if (o && json_int(o, "version") == OLD_VERSION &&
	    !strcmp(id, json_text(o, "host_id", "")))
		load_old(clk, o);
	json_object_put(o);
}

static bool is_whole(u32 which)
{
	return file->version == VERSION_UNCHECKED ||
	       (file->version == VERSION && file->check[which] == check_of(&file->kept[which]));
}

/* The file is of this boot, and has something usable. */
static bool is_ours(void)
{
	u8 host_id[16];

	hostid_boot(host_id);
	return !memcmp(file->magic, MAGIC, sizeof(file->magic)) && is_whole(file->seq % 2) &&
	       !memcmp(file->host_id, host_id, sizeof(host_id)) &&
	       is_plausible(&file->kept[file->seq % 2]);
}

/**
 * kept_open - load what an earlier clock kept
 * @clk: the clock
 * @dir: the directory
 * @why: what went wrong
 *
 * A file that is damaged or of another boot is as good as none.
 *
 * Return: 0 or -1.
 */
int kept_open(struct clock *clk, int dir, struct problem *why)
{
	const struct files_kind kind = {
		.size = HOSTCLOCK_PAGE_SIZE, .piece = HOSTCLOCK_PAGE_SIZE, .mode = 0600,
	};
	bool created;

	file = files_map(dir, KEPT_FILE, &kind, &created, why);
	if (!file)
		return -1;
	if (is_ours()) {
		take(clk, &file->kept[file->seq % 2]);
		return 0;
	}
	if (created)
		read_old(clk, dir);
	memset(file, 0, HOSTCLOCK_PAGE_SIZE);
	file->version = VERSION;
	hostid_boot(file->host_id);
	return 0;
}

static void write_begin(void)
{
	/* The newest is whole before the other one is overwritten. */
	smp_wmb();
}

static void write_end(u32 seq)
{
	/* It is whole before it is the newest. */
	smp_wmb();
	WRITE_ONCE(file->seq, seq);
}

/* Keep the clock's state, if it is another one than is kept. */
void kept_write(const struct clock *clk)
{
	u32 seq = file->seq;
	struct kept k;

	give(clk, &k);
	if (file->magic[0] && !memcmp(&k, &file->kept[seq % 2], sizeof(k)))
		return;
	write_begin();
	file->kept[++seq % 2] = k;
	file->check[seq % 2] = check_of(&k);
	write_end(seq);
	file->version = VERSION;
	memcpy(file->magic, MAGIC, sizeof(file->magic));
}
