# SPDX-License-Identifier: GPL-2.0
# hostclock: the status tool. Static, because it runs in guests, too.
HOSTCLOCK := $(O)/bin/hostclock
HOSTCLOCK_OBJ := $(patsubst tools/hostclock/%.c,$(O)/tools/hostclock/%.o,$(wildcard tools/hostclock/*.c))

$(O)/tools/hostclock/%.o: tools/hostclock/%.c tools/hostclock/hostclock.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -iquote tools -MMD -MP -c $< -o $@

$(HOSTCLOCK): $(HOSTCLOCK_OBJ) $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -o $@ $^ -ljson-c

-include $(HOSTCLOCK_OBJ:.o=.d)

.PHONY: hostclock
hostclock: $(HOSTCLOCK) ## build the status tool
all: $(HOSTCLOCK)
