# SPDX-License-Identifier: GPL-2.0
# What reading the clocks costs, and what exporting them does.
BENCH := $(O)/bench
BENCH_CFLAGS = $(USER_CFLAGS) -I $(O)/vdso
BENCH_SRC := $(wildcard tools/bench/native.c tools/bench/modes.[ch] tools/bench/stock.[ch] \
	tools/testing/vdso/image.h tools/testing/vdso/vvar.h tools/testing/e2e/guest/dynsym.h \
	lib/include/hostclock/*.h)

$(BENCH)/native64: $(BENCH_SRC) $(addprefix $(O)/vdso/obj64/,image.o vvar.o) $(O)/testing/e2e/64/dynsym.o
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(BENCH_CFLAGS) $(filter %.c %.o,$^) -o $@

$(BENCH)/native32: $(BENCH_SRC) $(addprefix $(O)/vdso/obj32/,image.o vvar.o) $(O)/testing/e2e/32/dynsym.o
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 -static $(BENCH_CFLAGS) $(filter %.c %.o,$^) -o $@

$(BENCH)/clockbench: tools/bench/clockbench.c lib/include/hostclock/platform.h
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -static $< -o $@

# In a guest
$(BENCH)/dumpvdso: tools/bench/dumpvdso.c $(O)/testing/e2e/64/shared.a
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -static $^ -o $@

$(BENCH)/updatecost: tools/bench/updatecost.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -static $< -o $@

.PHONY: bench
bench: all guest-stock-6.1 guest-stock-6.12 \
		$(addprefix $(BENCH)/,native64 native32 clockbench updatecost dumpvdso) \
		$(O)/stock-6.1/hostclock_export.ko $(O)/testing/run32/exit ## measure, into build/bench.json
	@tools/bench/run
