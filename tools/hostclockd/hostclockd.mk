# SPDX-License-Identifier: GPL-2.0
# The exporter and its control program.
HOSTCLOCKD := $(O)/bin/hostclockd
HOSTCLOCKCTL := $(O)/bin/hostclockctl
HOSTCLOCKCTL_SRC := $(wildcard tools/hostclockd/ctl/*.c) $(addprefix tools/hostclockd/base/,names.c report.c)
HOSTCLOCKD_SRC := $(filter-out tools/hostclockd/ctl/%,$(wildcard tools/hostclockd/*.c tools/hostclockd/*/*.c))
HOSTCLOCKD_OBJ := $(HOSTCLOCKD_SRC:tools/hostclockd/%.c=$(O)/hostclockd/%.o)
HOSTCLOCKCTL_OBJ := $(HOSTCLOCKCTL_SRC:tools/hostclockd/%.c=$(O)/hostclockd/%.o)

$(O)/hostclockd/%.o: tools/hostclockd/%.c tools/hostclockd/hostclockd.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd -MMD -MP -c $< -o $@

$(HOSTCLOCKD): $(HOSTCLOCKD_OBJ) $(VERSION_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c

$(HOSTCLOCKCTL): $(HOSTCLOCKCTL_OBJ) $(VERSION_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c

-include $(sort $(HOSTCLOCKD_OBJ:.o=.d) $(HOSTCLOCKCTL_OBJ:.o=.d))

.PHONY: hostclockd
hostclockd: $(HOSTCLOCKD) $(HOSTCLOCKCTL) ## build the exporter and hostclockctl
all: $(HOSTCLOCKD) $(HOSTCLOCKCTL)
