/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef _HOSTCLOCK_KUNIT_H
#define _HOSTCLOCK_KUNIT_H

extern struct kunit_suite hostclock_scale_suite;
extern struct kunit_suite hostclock_clocks_suite;
extern struct kunit_suite hostclock_forms_suite;
extern struct kunit_suite hostclock_vmclock_suite;
extern struct kunit_suite hostclock_transitions_suite;
extern struct kunit_suite hostclock_validate_suite;
extern struct kunit_suite hostclock_reader_suite;

#endif /* _HOSTCLOCK_KUNIT_H */
