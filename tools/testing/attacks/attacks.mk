# SPDX-License-Identifier: GPL-2.0
# hostclockd with sanitizers, and what watches it while it is attacked.
ATTACKS := $(O)/testing/attacks/bin
ATTACKS_CFLAGS := $(USER_CFLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ATTACKS_OBJ := $(O)/testing/attacks/objects
ATTACKED := $(addprefix $(ATTACKS)/,hostclockd hostclockd-sim)

# attacked OBJECTS: the same files as of the program without
attacked = $(patsubst $(O)/hostclockd/%,$(ATTACKS_OBJ)/%,$(filter $(O)/hostclockd/%,$(1)))

$(ATTACKS_OBJ)/%.o: tools/hostclockd/%.c tools/testing/attacks/attacks.mk tools/hostclockd/hostclockd.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ATTACKS_CFLAGS) -iquote tools/hostclockd -iquote tools -MMD -MP -c $< -o $@

$(ATTACKS)/hostclockd: $(call attacked,$(HOSTCLOCKD_OBJ))
$(ATTACKS)/hostclockd-sim: $(call attacked,$(HOSTCLOCKD_SIM_OBJ))
$(ATTACKED): $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ATTACKS_CFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -ljson-c -lseccomp

$(ATTACKS)/watch: tools/testing/attacks/watch.c tools/testing/exporter/pages.c \
		tools/testing/exporter/pages.h $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) $(filter %.c %.a,$^) -o $@ -ljson-c

$(ATTACKS)/hostile: tools/testing/attacks/hostile.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) $< -o $@ -lpthread

-include $(patsubst %.o,%.d,$(call attacked,$(HOSTCLOCKD_SIM_OBJ) $(HOSTCLOCKD_OBJ)))

prepare-attacks: $(ATTACKED) $(ATTACKS)/watch $(ATTACKS)/hostile $(HOSTCLOCKCTL) $(HOSTCLOCKD)

.PHONY: soak-attacks
soak-attacks: ## a million hostile exchanges with hostclockd (ATTACK_EXCHANGES)
	@ATTACK_EXCHANGES=$${ATTACK_EXCHANGES:-1000000} $(RUN_TESTS) --tier attacks
