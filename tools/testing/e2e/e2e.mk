# SPDX-License-Identifier: GPL-2.0
# The test programs that run in the guest: static, some for 32 bits as well.
E2E := tools/testing/e2e/guest
E2E_PROGRAMS := nosyscall coherence order timens vdsodata vdsomove ptp ntpstate devnode barpoke auxclock notice jumps \
	idle pingpong uevents firstread leapwatch readings \
	faults stress ptpopen livepage disturb liveupdates
E2E_PROGRAMS_32 := nosyscall coherence order
E2E_SHARED := check.o pages.o forbid.o bar.o wakeups.o \
	jumpclocks.o jumptimers.o jumpafter.o \
	watch.o truth.o listen.o servers.o sway.o
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

.PHONY: guest-programs
guest-programs: $(E2E_TARGETS) ## build the guest's test programs
all: $(E2E_TARGETS)
