# SPDX-License-Identifier: GPL-2.0
# What tells whether this machine's kernel executes 32-bit programs; see run32.
RUN32 := $(O)/testing/run32/exit

$(RUN32): tools/testing/run32/exit.S
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 -nostdlib -static -o $@ $<

prepare-native prepare-soak: $(RUN32)
