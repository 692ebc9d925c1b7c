# SPDX-License-Identifier: GPL-2.0
# Tests by tier. What a tier needs is built by prepare-TIER, which the runner
# calls; fragments add to it.
# KTAP=1: output for other runners. JOBS=N: so many tests at a time.
RUN_TESTS := tools/testing/run $(if $(KTAP),--ktap) $(if $(JOBS),-j $(JOBS))
TIERS := static native attacks kunit e2e cases soak

.PHONY: check check-full $(TIERS:%=check-%) kunit $(TIERS:%=prepare-%)
check: ## run all tests (but the soak)
	@$(RUN_TESTS)

check-full: ## run all tests, the long ones as well (hours)
	@$(RUN_TESTS) --full

check-static: ## run the static checks
check-native: ## run the tests that need no guest
check-attacks: ## run the attacks on hostclockd
check-e2e: ## run the end-to-end tests
check-cases: ## run what others had trouble with
check-soak: ## run the long tests
kunit: ## run the KUnit tests, in a guest
	@$(RUN_TESTS) --tier kunit

check-static check-native check-attacks check-e2e check-cases check-soak:
	@$(RUN_TESTS) --tier $(@:check-%=%)

check-kunit: kunit

prepare-static: $(BZIMAGE) $(O)/series/.stamp $(addprefix $(O)/bin/,hostclockd hostclockctl hostclockd-sim)
prepare-native: all
prepare-kunit: $(GUEST)
prepare-e2e prepare-cases prepare-soak prepare-kernels: all guest-stock-6.1
prepare-soak: guest-stock-6.12
