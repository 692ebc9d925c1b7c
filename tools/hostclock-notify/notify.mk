# SPDX-License-Identifier: GPL-2.0
# hostclock-notify: tells chronyd and hooks in the guest. Static, as the guest
# may have no other use for a C library.
NOTIFY := $(O)/bin/hostclock-notify
NOTIFY_OBJ := $(patsubst tools/hostclock-notify/%.c,$(O)/tools/hostclock-notify/%.o,$(wildcard tools/hostclock-notify/*.c))

$(O)/tools/hostclock-notify/%.o: tools/hostclock-notify/%.c tools/hostclock-notify/notify.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -iquote tools -MMD -MP -c $< -o $@

$(NOTIFY): $(NOTIFY_OBJ) $(COMMON_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -o $@ $^

-include $(NOTIFY_OBJ:.o=.d)

GUEST_PROGRAMS += $(NOTIFY)

.PHONY: hostclock-notify
hostclock-notify: $(NOTIFY) ## build what tells chronyd of disruptions
all: $(NOTIFY)
