# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# Native tests of the conversion library: executables below build/testing/native.
NATIVE := $(O)/testing/native
NATIVE_PROP_OBJ := $(patsubst tools/testing/native/%.c,$(NATIVE)/obj/%.o,\
	$(wildcard tools/testing/native/prop*.c))

$(NATIVE)/properties: $(NATIVE_PROP_OBJ) $(LIBHOSTCLOCK)
	$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/race: $(NATIVE)/obj/race.o $(LIBHOSTCLOCK)
	$(CC) $(USER_CFLAGS) -pthread $^ -o $@

$(NATIVE)/edges: $(NATIVE)/obj/edges.o $(LIBHOSTCLOCK)
	$(CC) $(USER_CFLAGS) $^ -o $@

$(NATIVE)/obj/%.o: tools/testing/native/%.c tools/testing/native/native.mk
	@mkdir -p $(@D)
	$(CC) $(LIBHOSTCLOCK_CFLAGS) -pthread -MMD -MP -c $< -o $@

-include $(wildcard $(NATIVE)/obj/*.d)

prepare-native: $(NATIVE)/properties $(NATIVE)/edges $(NATIVE)/race
