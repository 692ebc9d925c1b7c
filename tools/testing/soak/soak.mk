# SPDX-License-Identifier: GPL-2.0
# What the soak of random events runs in the guest.
SOAK := tools/testing/soak/guest
SOAK_OUT := $(O)/testing/soak/objects
SOAK_OBJ := $(patsubst $(SOAK)/%.c,$(SOAK_OUT)/%.o,$(wildcard $(SOAK)/*.c))
SOAK_WATCH := $(O)/bin/guest/soakwatch

$(SOAK_OUT)/%.o: $(SOAK)/%.c tools/testing/soak/soak.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -I tools/testing/e2e/guest -MMD -MP -c $< -o $@

$(SOAK_WATCH): $(SOAK_OBJ) $(E2E_OUT)/64/check.o $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -o $@ $^ -lpthread

-include $(wildcard $(SOAK_OUT)/*.d)

all: $(SOAK_WATCH)

.PHONY: soak-hostile
soak-hostile: ## a writer of hostile pages at full speed beside a guest, 15 minutes
	@$(RUN_TESTS) soak/hostile

.PHONY: soak-events
soak-events: ## random events on two guests, for SOAK_SECONDS (3600)
	@$(RUN_TESTS) soak/events
