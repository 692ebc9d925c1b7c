# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# Native tests of the conversion library: executables below build/testing/native.
NATIVE := $(O)/testing/native
NATIVE_PROP_OBJ := $(patsubst tools/testing/native/%.c,$(NATIVE)/obj/%.o,\
	$(wildcard tools/testing/native/prop*.c))

$(NATIVE)/properties: $(NATIVE_PROP_OBJ) $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/obj/race: $(NATIVE)/obj/race.o $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) -pthread $^ -o $@

$(NATIVE)/edges: $(NATIVE)/obj/edges.o $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/interleave: $(NATIVE)/obj/interleave.o $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/live: $(NATIVE)/obj/live.o $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/obj/claim: $(NATIVE)/obj/claim.o $(LIBHOSTCLOCK)
	$(call say,LD)$(CC) $(USER_CFLAGS) -pthread $^ -o $@

# The driver's own code, with kernel.h for the kernel's headers, which are empty here.
NATIVE_SHIM := $(NATIVE)/obj/shim/linux
NATIVE_DRIVER := $(addprefix drivers/ptp/hostclock/,accepted.c accepted.h gap.c gap.h read_base.h sets.c sets.h readings.c readings.h params.h)
$(NATIVE)/held: tools/testing/native/held.c tools/testing/native/held.h tools/testing/native/draw.h tools/testing/native/kernel.h tools/testing/native/native.mk \
		$(NATIVE_DRIVER) $(wildcard lib/include/hostclock/*.h)
	@mkdir -p $(NATIVE_SHIM) && touch $(NATIVE_SHIM)/{jiffies,kernel,math64,minmax,time64,bits,compiler}.h
	$(call say,LD)$(CC) $(USER_CFLAGS) -Wno-missing-prototypes -I$(NATIVE_SHIM)/.. \
		-iquote drivers/ptp/hostclock $< -o $@

$(NATIVE)/bases: tools/testing/native/bases.c $(NATIVE)/held $(LIBHOSTCLOCK) \
		$(addprefix drivers/ptp/hostclock/,counter.c counter.h page.h rejected.h resync.h vdso_base.c vdso_base.h)
	@touch $(NATIVE_SHIM)/{irqflags,list,preempt,processor,seqlock,string,irq_work}.h
	$(call say,LD)$(CC) $(USER_CFLAGS) -Wno-missing-prototypes -Wno-unused-parameter -Wno-unused-function \
		-Wno-unused-variable '-DSEQCNT_LATCH_ZERO(name)={ { 0 } }' -I$(NATIVE_SHIM)/.. -iquote drivers/ptp/hostclock $< $(LIBHOSTCLOCK) -o $@

$(NATIVE)/obj/properties-sanitized: $(NATIVE)/properties tools/testing/native/native.mk
	$(call say,LD)$(CC) $(LIBHOSTCLOCK_CFLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
		$(wildcard tools/testing/native/prop*.c) $(LIBHOSTCLOCK_SRC) -o $@

$(NATIVE)/obj/%.o: tools/testing/native/%.c tools/testing/native/native.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(LIBHOSTCLOCK_CFLAGS) -pthread -MMD -MP -c $< -o $@

# Another one, with more of the kernel made up.
$(NATIVE)/watchdogs: tools/testing/native/watchdogs.c tools/testing/native/draw.h tools/testing/native/kernel.h tools/testing/native/native.mk \
		$(addprefix drivers/ptp/hostclock/,tk_watchdog.c tk_watchdog.h)
	@mkdir -p $(NATIVE_SHIM) $(NATIVE_SHIM)/../asm
	@touch $(NATIVE_SHIM)/{atomic,clocksource,cpumask,jiffies,nmi,pvclock_gtod,rcupdate,timekeeper_internal,workqueue}.h \
		$(NATIVE_SHIM)/../asm/hostclock_watchdog.h
	$(call say,LD)$(CC) $(USER_CFLAGS) -Wno-missing-prototypes -Wno-unused-parameter \
		-I$(NATIVE_SHIM)/.. -iquote drivers/ptp/hostclock $< -o $@

$(NATIVE)/resyncs: tools/testing/native/resyncs.c tools/testing/native/draw.h tools/testing/native/kernel.h tools/testing/native/native.mk \
		$(addprefix drivers/ptp/hostclock/,resync.c resync.h)
	@mkdir -p $(NATIVE_SHIM) && touch $(NATIVE_SHIM)/{bits,irq_work,percpu}.h
	$(call say,LD)$(CC) $(USER_CFLAGS) -Wno-missing-prototypes '-DDEFINE_PER_CPU(type, name)=type name' \
		-I$(NATIVE_SHIM)/.. -iquote drivers/ptp/hostclock $< -o $@

-include $(wildcard $(NATIVE)/obj/*.d)

prepare-native: $(addprefix $(NATIVE)/,properties edges interleave live held bases watchdogs resyncs obj/race obj/claim obj/properties-sanitized)

# Line and branch coverage of lib/ by the native tests. Without inlining: a branch
# counts once, not once per place that it is inlined into (the attribute is renamed).
COVERAGE := $(O)/coverage
COVERAGE_SRC := $(LIBHOSTCLOCK_SRC) $(wildcard tools/testing/native/*.c)
COVERAGE_OBJ := $(COVERAGE_SRC:%.c=$(COVERAGE)/%.o)

$(COVERAGE_OBJ): $(COVERAGE)/%.o: %.c tools/testing/native/native.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(LIBHOSTCLOCK_CFLAGS) -D__always_inline__=__unused__ -O0 --coverage -fprofile-abs-path -pthread -MMD -MP -c $< -o $@

-include $(COVERAGE_OBJ:.o=.d)

COVERAGE_LIB := $(LIBHOSTCLOCK_SRC:%.c=$(COVERAGE)/%.o)
$(COVERAGE)/properties: $(patsubst %.c,$(COVERAGE)/%.o,$(wildcard tools/testing/native/prop*.c)) $(COVERAGE_LIB)
$(COVERAGE)/edges: $(COVERAGE)/tools/testing/native/edges.o $(COVERAGE_LIB)
$(COVERAGE)/race: $(COVERAGE)/tools/testing/native/race.o $(COVERAGE_LIB)
$(COVERAGE)/interleave: $(COVERAGE)/tools/testing/native/interleave.o $(COVERAGE_LIB)
$(addprefix $(COVERAGE)/,properties edges interleave race):
	$(call say,LD)$(CC) --coverage -pthread $^ -o $@

.PHONY: coverage
coverage: $(addprefix $(COVERAGE)/,properties edges interleave race) ## print the native tests' coverage of lib/
	@find $(COVERAGE) -name '*.gcda' -delete
	@$(COVERAGE)/properties --cases 100000 >$(COVERAGE)/log
	@$(COVERAGE)/edges >>$(COVERAGE)/log
	@$(COVERAGE)/interleave >>$(COVERAGE)/log
	@$(COVERAGE)/race --seconds 1 >>$(COVERAGE)/log
	@gcovr --root . --filter 'lib/' --object-directory $(COVERAGE) \
		--txt $(COVERAGE)/lines.txt --csv $(COVERAGE)/coverage.csv \
		--html-details $(COVERAGE)/index.html $(COVERAGE)
	@cat $(COVERAGE)/lines.txt
	@gcovr --root . --filter 'lib/' --branches --txt - $(COVERAGE) | grep -E '^lib|^TOTAL'
	@echo "details: $(COVERAGE)/index.html"

prepare-soak: prepare-native
