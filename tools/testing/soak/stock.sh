# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of one of Debian's kernels with the module: as 6.1 in make check.

# stock_tests VERSION
stock_tests() {
	local test

	export HOSTCLOCK_STOCK=$1
	for test in e2e/070-stock e2e/072-bad-line e2e/074-stock-spoilt e2e/170-detached \
		e2e/172-steering e2e/225-stock-matrix; do
		"tools/testing/$test" | sed -u -E "s/^(ok|not ok|skip) - /&${test#*/}: /"
		[[ ${PIPESTATUS[0]} -eq 0 ]] || failed=1
	done
}
