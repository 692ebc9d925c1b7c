/* SPDX-License-Identifier: GPL-2.0 */
/* The ABI's numbers in words; "unknown" for those that have none. */
#ifndef _HOSTCLOCK_WORDS_H
#define _HOSTCLOCK_WORDS_H

#include <hostclock/platform.h>

#include "report.h"

const char *word_format(u8 format);
const char *word_smear(u8 smear);
const char *word_status(u8 status);
const char *word_leap(u8 leap_indicator);
const char *word_policy(u8 policy);
const char *word_cause(u8 cause);

/* Where the page's TAI offset comes from, as far as one can tell from here. */
const char *word_tai_source(const struct report *report);

/* A comparison in a word: exact, within bound, constant, off and so on. */
const char *word_verdict(const struct report *report, enum clock clock);

#endif /* _HOSTCLOCK_WORDS_H */
