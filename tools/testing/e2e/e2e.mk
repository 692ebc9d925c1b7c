# SPDX-License-Identifier: GPL-2.0
# The test programs that run in the guest: static, some for 32 bits as well.
E2E := tools/testing/e2e/guest
E2E_PROGRAMS := nosyscall coherence order timens vdsodata vdsomove ptp ntpstate devnode barpoke auxclock notice jumps \
	idle pingpong uevents firstread leapwatch readings \
	faults stress ptpopen livepage disturb liveupdates snapshots
E2E_PROGRAMS_32 := nosyscall coherence order
E2E_SHARED := check.o pages.o forbid.o bar.o wakeups.o \
	jumpclocks.o jumptimers.o jumpafter.o \
	watch.o truth.o listen.o servers.o sway.o mapped.o dynsym.o
E2E_OUT := $(O)/testing/e2e
E2E_TARGETS := $(E2E_PROGRAMS:%=$(O)/bin/guest/%) \
	$(E2E_PROGRAMS_32:%=$(O)/bin/guest/%32)

# Sizes of time_t and off_t are those of 64-bit programs in both.
E2E_CFLAGS_32 := -m32 -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64

$(E2E_OUT)/64/%.o: $(E2E)/%.c tools/testing/e2e/e2e.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -MMD -MP -c $< -o $@

$(E2E_OUT)/32/%.o: $(E2E)/%.c tools/testing/e2e/e2e.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) $(E2E_CFLAGS_32) -MMD -MP -c $< -o $@

$(E2E_OUT)/32/lib/%.o: lib/hostclock/%.c tools/testing/e2e/e2e.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) $(E2E_CFLAGS_32) -MMD -MP -c $< -o $@

$(E2E_OUT)/64/shared.a: $(E2E_SHARED:%=$(E2E_OUT)/64/%)
$(E2E_OUT)/32/shared.a: $(E2E_SHARED:%=$(E2E_OUT)/32/%) \
	$(LIBHOSTCLOCK_SRC:lib/hostclock/%.c=$(E2E_OUT)/32/lib/%.o)
$(E2E_OUT)/%/shared.a:
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

$(E2E_PROGRAMS:%=$(O)/bin/guest/%): $(O)/bin/guest/%: $(E2E_OUT)/64/%.o \
		$(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -o $@ $^ -lpthread

$(O)/bin/guest/stress: $(patsubst %,$(E2E_OUT)/64/stress_%.o,read timers change ask)

$(E2E_PROGRAMS_32:%=$(O)/bin/guest/%32): $(O)/bin/guest/%32: \
		$(E2E_OUT)/32/%.o $(E2E_OUT)/32/shared.a
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) $(E2E_CFLAGS_32) -o $@ $^ -lpthread

-include $(wildcard $(E2E_OUT)/*/*.d $(E2E_OUT)/*/lib/*.d)
.SECONDARY:

# Modules for Debian's kernels. Kbuild builds where the source is, so it gets a copy.
E2E_MODULE := tools/testing/e2e/module
E2E_MODULES := $(STOCK_VERSIONS:%=$(O)/stock-%/testing/spoil.ko)

$(E2E_MODULES): $(O)/stock-%/testing/spoil.ko: $(wildcard $(E2E_MODULE)/*) $(O)/stock-%/headers
	@mkdir -p $(@D)
	@cp $(E2E_MODULE)/* $(@D)/
	$(call say,KO)env -u MAKEFLAGS -u MFLAGS $(wildcard $(O)/stock-$*/run) make -s -C $(abspath $(O))/stock-$*/headers M=$(abspath $(@D)) \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >$(@D)/log 2>&1 || { cat $(@D)/log; false; }

.PHONY: guest-programs $(STOCK_VERSIONS:%=e2e-stock-%)
$(STOCK_VERSIONS:%=e2e-stock-%): e2e-stock-%: guest-stock-% $(O)/stock-%/testing/spoil.ko
prepare-e2e: e2e-stock-6.1
guest-programs: $(E2E_TARGETS) ## build the guest's test programs
all: $(E2E_TARGETS)
