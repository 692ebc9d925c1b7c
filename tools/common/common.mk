# SPDX-License-Identifier: GPL-2.0
# What all programs are linked with: their version, and arguments of options.
COMMON_OBJ := $(VERSION_OBJ) $(O)/tools/common/cmdline.o

$(O)/tools/common/%.o: tools/common/%.c tools/common/common.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -MMD -MP -c $< -o $@

-include $(O)/tools/common/cmdline.d
