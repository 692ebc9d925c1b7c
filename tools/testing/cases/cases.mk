# SPDX-License-Identifier: GPL-2.0
# Programs of the cases, which run in the guest: static.
CASES_GUEST := tools/testing/cases/guest
CASES_PROGRAMS := adjust sandbox stamps strict suspend

$(CASES_PROGRAMS:%=$(O)/bin/cases/%): $(O)/bin/cases/%: $(CASES_GUEST)/%.c \
		$(O)/testing/e2e/64/shared.a $(LIBHOSTCLOCK) tools/testing/cases/cases.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -I tools/testing/e2e/guest -o $@ $(filter %.c %.a,$^) -lpthread

# A module for the guest's kernel. Kbuild builds where the source is, so it gets a copy.
CASES_MODULE := $(O)/testing/cases/module

$(CASES_MODULE)/resumes.ko: tools/testing/cases/module/resumes.c $(BZIMAGE)
	@mkdir -p $(@D)
	@cp $< $(@D)/
	@echo 'obj-m := resumes.o' >$(@D)/Kbuild
	$(call say,KO)$(MAKE) -s -C $(O)/kernel M=$(abspath $(@D)) \
		KBUILD_EXTRA_SYMBOLS=$(abspath $(O))/kernel/vmlinux.symvers modules >$(@D)/log 2>&1 || { cat $(@D)/log; false; }

prepare-cases: $(CASES_MODULE)/resumes.ko $(CASES_PROGRAMS:%=$(O)/bin/cases/%)
