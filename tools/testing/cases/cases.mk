# SPDX-License-Identifier: GPL-2.0
# Programs of the cases, which run in the guest: static.
CASES_GUEST := tools/testing/cases/guest
CASES_PROGRAMS := adjust sandbox strict suspend

$(CASES_PROGRAMS:%=$(O)/bin/cases/%): $(O)/bin/cases/%: $(CASES_GUEST)/%.c \
		$(O)/testing/e2e/64/shared.a $(LIBHOSTCLOCK) tools/testing/cases/cases.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -I tools/testing/e2e/guest -o $@ $(filter %.c %.a,$^) -lpthread

prepare-cases: $(CASES_PROGRAMS:%=$(O)/bin/cases/%)
