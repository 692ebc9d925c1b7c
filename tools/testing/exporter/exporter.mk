# SPDX-License-Identifier: GPL-2.0
# Programs that the exporter's tests use.
EXPORTER_TEST := $(O)/testing/exporter/bin
EXPORTER_TEST_PROGRAMS := $(EXPORTER_TEST)/pagecheck $(EXPORTER_TEST)/monotone \
	$(EXPORTER_TEST)/pageset $(EXPORTER_TEST)/tscask $(EXPORTER_TEST)/setclock \
	$(EXPORTER_TEST)/likeoffset $(EXPORTER_TEST)/pageoff $(EXPORTER_TEST)/lineguest \
	$(EXPORTER_TEST)/hostile $(EXPORTER_TEST)/calls

$(EXPORTER_TEST)/%: tools/testing/exporter/%.c tools/testing/exporter/pages.c \
		tools/testing/exporter/pages.h $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) $(filter %.c %.a,$^) -o $@ -lpthread

$(EXPORTER_TEST)/hostile: tools/testing/native/draw.h

$(EXPORTER_TEST)/asktsc.img: tools/testing/exporter/asktsc.S
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -m32 -c $< -o $@.o
	$(call say,LD)$(LD) -m elf_i386 -Ttext 0x7c00 --oformat binary -e start $@.o -o $@

# A test by itself: the part of the exporter that judges clocks, and nothing that measures.
EXPORTER_ACCEPT := $(O)/testing/exporter/accept
$(EXPORTER_ACCEPT): tools/testing/exporter/accept.c \
		$(addprefix tools/hostclockd/,clock/accept.c clock/accept.h clock/reading.h base/report.c) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd -iquote tools/hostclockd/clock $(filter %.c %.a,$^) -o $@

# Another: the part that watches, on a host that is made up.
EXPORTER_RELATION := $(O)/testing/exporter/relation
$(EXPORTER_RELATION): $(addprefix tools/testing/exporter/,relation.c madeup.c madeup.h) \
		$(addprefix tools/hostclockd/,$(addprefix clock/,accept.c relation.c slewing.c visit.c accept.h clock.h cpus.h reading.h relation.h slewing.h visit.h) base/report.c) \
		$(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd -iquote tools/hostclockd/clock $(filter %.c %.a,$^) -o $@

# And the part that goes from CPU to CPU, of a kernel that is made up.
EXPORTER_CPUS := $(O)/testing/exporter/cpus
$(EXPORTER_CPUS): tools/testing/exporter/cpus.c $(addprefix tools/hostclockd/clock/,cpus.c cpus.h)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd $(filter %.c,$^) -o $@

# The clock, from what it reads to what it publishes, on a host that sleeps and jumps, and on one
# whose clock is slewed.
EXPORTER_CLOCK := $(addprefix $(O)/testing/exporter/,suspend slewed)
EXPORTER_CLOCK_SRC := $(addprefix tools/hostclockd/,\
	$(addprefix clock/,accept.c copies.c hostid.c kept.c kernel.c leap.c leaplist.c line.c open.c pace.c page.c params.c publish.c \
	relation.c sampler.c slewing.c update.c view.c visit.c) \
	$(addprefix base/,draw.c files.c guard.c names.c options.c report.c siphash.c))
$(EXPORTER_CLOCK): $(O)/testing/exporter/%: tools/testing/exporter/%.c \
		$(addprefix tools/testing/exporter/,suspend.h madeup.c madeup.h steady.c) $(EXPORTER_CLOCK_SRC) \
		$(wildcard tools/hostclockd/clock/*.h) $(COMMON_OBJ) $(LIBHOSTCLOCK)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -include tools/testing/exporter/suspend.h -iquote tools/hostclockd \
		-iquote tools $(filter %.c %.o %.a,$^) -o $@ -ljson-c

# What the clock process may do.
$(EXPORTER_TEST)/confined: tools/testing/exporter/confined.c \
		$(addprefix tools/hostclockd/,proc/confine.c proc/confine.h base/report.c)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -iquote tools/hostclockd $(filter %.c,$^) -o $@ -lseccomp

.PHONY: exporter-tests
exporter-tests: $(EXPORTER_TEST)/confined $(ATTACKS)/watch $(EXPORTER_TEST_PROGRAMS) $(EXPORTER_TEST)/asktsc.img $(EXPORTER_ACCEPT) $(EXPORTER_RELATION) $(EXPORTER_CLOCK) \
	$(EXPORTER_CPUS)
prepare-native prepare-e2e prepare-kvm: exporter-tests
