# SPDX-License-Identifier: GPL-2.0
# Programs of the cases, which run in the guest: static.
CASES_GUEST := tools/testing/cases/guest
CASES_PROGRAMS :=

$(CASES_PROGRAMS:%=$(O)/bin/cases/%): $(O)/bin/cases/%: $(CASES_GUEST)/%.c \
		$(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK) tools/testing/cases/cases.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -I $(E2E) -o $@ $(filter %.c %.a,$^) -lpthread

prepare-cases: $(CASES_PROGRAMS:%=$(O)/bin/cases/%)
