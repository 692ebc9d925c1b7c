# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# Native tests of the conversion library.
NATIVE := $(O)/testing/native
NATIVE_PROP_SRC := $(wildcard tools/testing/native/prop*.c)

$(NATIVE)/prop: $(NATIVE_PROP_SRC:tools/testing/native/%.c=$(NATIVE)/%.o) $(LIBHOSTCLOCK)
	$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/%.o: tools/testing/native/%.c tools/testing/native/native.mk
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -MMD -MP -c $< -o $@

-include $(wildcard $(NATIVE)/*.d)
