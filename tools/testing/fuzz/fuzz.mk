# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# libFuzzer targets; the corpus is replayed by check-native.
FUZZ := $(O)/testing/fuzz
FUZZERS := $(patsubst tools/testing/fuzz/%.c,$(FUZZ)/%,$(wildcard tools/testing/fuzz/fuzz-*.c))
FUZZ_CFLAGS := $(LIBHOSTCLOCK_CFLAGS) -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
TIME ?= 60

$(FUZZERS): $(FUZZ)/%: tools/testing/fuzz/%.c tools/testing/fuzz/fuzz.mk $(LIBHOSTCLOCK_SRC)
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -MMD -MP -MF $@.d $< $(LIBHOSTCLOCK_SRC) -o $@

-include $(FUZZERS:%=%.d)

.PHONY: fuzz
fuzz: $(FUZZERS) ## fuzz page validation and readers, TIME seconds each (default 60)
	@for f in $(FUZZERS); do \
		name=$${f##*/fuzz-}; mkdir -p $(FUZZ)/new/$$name; \
		echo "  $$name: $(TIME) s"; \
		$$f -max_total_time=$(TIME) -timeout=5 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ)/$$name- $(FUZZ)/new/$$name \
			tools/testing/fuzz/corpus/$$name >$(FUZZ)/$$name.log 2>&1 || \
			{ tail -n 30 $(FUZZ)/$$name.log; exit 1; }; \
		grep -E 'number_of_executed|DONE' $(FUZZ)/$$name.log; done

prepare-native: $(FUZZERS)
