# SPDX-License-Identifier: GPL-2.0
# The guest kernel's vDSO images, run natively: a harness of each word size. The 32-bit one
# is static, since not every machine can tell what it needs (see run32).
VDSO := $(O)/vdso
VDSO_DIR := $(O)/kernel/arch/x86/entry/vdso
# What a program needs that loads an image, without what tests it.
VDSO_LOAD := image vvar
VDSO_TEST := $(patsubst tools/testing/vdso/%.c,%,$(filter-out %/offsets.c,\
	$(wildcard tools/testing/vdso/*.c)))
VDSO_CFLAGS = $(USER_CFLAGS) -I $(VDSO) -pthread

# Kbuild builds where the source is, so it gets a copy.
$(VDSO)/vdso-offsets.h: tools/testing/vdso/offsets.c tools/testing/vdso/vdso.mk $(BZIMAGE)
	@mkdir -p $(VDSO)/offsets
	@cp $< $(VDSO)/offsets/
	@echo 'obj-m := offsets.o' >$(VDSO)/offsets/Kbuild
	@$(MAKE) -s -C $(O)/kernel M=$(VDSO)/offsets offsets.s
	@sed -n 's/^\.ascii "->\([A-Z0-9_]*\) [$$]\{0,1\}\(-\{0,1\}[0-9]*\) .*/#define \1 \2/p' \
		$(VDSO)/offsets/offsets.s >$@

$(VDSO)/obj64/%.o: tools/testing/vdso/%.c $(VDSO)/vdso-offsets.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(VDSO_CFLAGS) -MMD -MP -c $< -o $@

$(VDSO)/obj32/%.o: tools/testing/vdso/%.c $(VDSO)/vdso-offsets.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -m32 $(VDSO_CFLAGS) -MMD -MP -c $< -o $@

$(VDSO)/test64: $(VDSO_TEST:%=$(VDSO)/obj64/%.o)
	$(call say,LD)$(CC) $(VDSO_CFLAGS) $^ -o $@

$(VDSO)/test32: $(VDSO_TEST:%=$(VDSO)/obj32/%.o)
	$(call say,LD)$(CC) -m32 -static $(VDSO_CFLAGS) $^ -o $@

-include $(wildcard $(VDSO)/obj*/*.d)

prepare-native prepare-soak: $(VDSO)/test64 $(VDSO)/test32
