# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# libFuzzer targets; the corpus is replayed by check-native.
FUZZ := $(O)/testing/fuzz
FUZZERS := $(patsubst tools/testing/fuzz/%.c,$(FUZZ)/%,$(wildcard tools/testing/fuzz/fuzz-*.c))
FUZZ_CFLAGS := $(LIBHOSTCLOCK_CFLAGS) -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
TIME ?= 60

# Many sources at once: the compiler's own list of headers would be the last one's.
FUZZ_HEADERS := tools/testing/fuzz/fuzz.h \
	$(wildcard lib/include/hostclock/*.h lib/include/uapi/linux/*.h)

$(FUZZERS): $(FUZZ)/%: tools/testing/fuzz/%.c tools/testing/fuzz/fuzz.mk $(LIBHOSTCLOCK_SRC) \
		$(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC)clang $(FUZZ_CFLAGS) $< $(filter tools/hostclockd/%.c,$^) $(LIBHOSTCLOCK_SRC) -o $@ $(FUZZ_LIBS)

# What hostclockd reads its state with.
FUZZ_STATE_SRC := $(addprefix tools/hostclockd/,vm/saved.c vm/stopped.c vm/name.c clock/view.c \
	base/record.c)
$(FUZZ)/fuzz-state: $(FUZZ_STATE_SRC) $(wildcard tools/hostclockd/*/*.h)
$(FUZZ)/fuzz-state: FUZZ_CFLAGS += -iquote tools/hostclockd -D_GNU_SOURCE
$(FUZZ)/fuzz-state: FUZZ_LIBS := -ljson-c

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
