# SPDX-License-Identifier: GPL-2.0
# The exporter, its control program, and the exporter for tests.
HOSTCLOCKD := $(O)/bin/hostclockd
HOSTCLOCKCTL := $(O)/bin/hostclockctl
HOSTCLOCKCTL_SRC := $(wildcard tools/hostclockd/ctl/*.c) $(addprefix tools/hostclockd/base/,names.c report.c)
HOSTCLOCKD_SRC := $(filter-out tools/hostclockd/ctl/% tools/hostclockd/sim/%,$(wildcard tools/hostclockd/*.c tools/hostclockd/*/*.c))
HOSTCLOCKD_OBJ := $(HOSTCLOCKD_SRC:tools/hostclockd/%.c=$(O)/hostclockd/%.o)
# For tests: simulated clock, scripts and faults on top of the same objects.
HOSTCLOCKD_SIM := $(O)/bin/hostclockd-sim
HOSTCLOCKD_SIM_OBJ := $(patsubst tools/hostclockd/%.c,$(O)/hostclockd/%.o,$(wildcard tools/hostclockd/sim/*.c)) \
	$(filter-out %/hostclockd/main.o $(O)/hostclockd/proc/%,$(HOSTCLOCKD_OBJ))
HOSTCLOCKCTL_OBJ := $(HOSTCLOCKCTL_SRC:tools/hostclockd/%.c=$(O)/hostclockd/%.o)

$(O)/hostclockd/%.o: tools/hostclockd/%.c tools/hostclockd/hostclockd.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd -iquote tools -MMD -MP -c $< -o $@

$(HOSTCLOCKD): $(HOSTCLOCKD_OBJ) $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c -lseccomp

$(HOSTCLOCKD_SIM): $(HOSTCLOCKD_SIM_OBJ) $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c

$(HOSTCLOCKCTL): $(HOSTCLOCKCTL_OBJ) $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS) -o $@ $^ -ljson-c

-include $(sort $(HOSTCLOCKD_OBJ:.o=.d) $(HOSTCLOCKD_SIM_OBJ:.o=.d) $(HOSTCLOCKCTL_OBJ:.o=.d))

.PHONY: hostclockd
hostclockd: $(HOSTCLOCKD) $(HOSTCLOCKCTL) $(HOSTCLOCKD_SIM) ## build the exporter and hostclockctl
all: $(HOSTCLOCKD) $(HOSTCLOCKCTL) $(HOSTCLOCKD_SIM)
