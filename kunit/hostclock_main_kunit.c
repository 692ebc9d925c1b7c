// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <kunit/test.h>
#include <linux/module.h>

#include "kunit.h"

kunit_test_suites(&hostclock_scale_suite, &hostclock_clocks_suite,
		  &hostclock_forms_suite, &hostclock_vmclock_suite,
		  &hostclock_transitions_suite, &hostclock_validate_suite,
		  &hostclock_reader_suite);

MODULE_DESCRIPTION("hostclock KUnit test suites");
MODULE_LICENSE("Dual BSD/GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
