# SPDX-License-Identifier: GPL-2.0
# Two lives: called by the kernel's build this is a Kbuild file, called by a
# person it is the project's front door. Every component brings its own .mk.
ifneq ($(KERNELRELEASE),)

# Built against a kernel that has no such option: it is wanted, or why build?
CONFIG_HOSTCLOCK := m
obj-$(CONFIG_HOSTCLOCK) += drivers/ptp/hostclock/

# For hosts, where their clocks can be functions of the TSC.
CONFIG_HOSTCLOCK_EXPORT := $(CONFIG_X86_64:y=m)
obj-$(CONFIG_HOSTCLOCK_EXPORT) += drivers/ptp/hostclock_export/

else

SHELL := /bin/bash
O ?= $(CURDIR)/build
override O := $(abspath $(O))
PREFIX ?= /usr/local
export O
# As an environment variable only: on a command line, kernel builds take it for
# their own.
MAKEOVERRIDES :=
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

# With V=1 commands are shown, otherwise what they make, and with -s neither.
ifeq ($(V),1)
say =
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
say = @
else
say = @printf '  %-7s %s\n' $(1) $(@:$(O)/%=%);
endif

.DEFAULT_GOAL := help

# Packages come before everything else: what fragments find out while they are
# read may depend on them. That a file to include is out of date makes make
# bring it up to date first, and start over.
# All of them are for building kernels and testing: other goals need few, or none.
GOALS := $(filter-out help clean uninstall,$(or $(MAKECMDGOALS),help))
PROGRAM_GOALS := install lib hostclock hostclockd hostclock-notify $(O)/bin/hostclock% build/bin/hostclock%
ifneq ($(filter-out $(PROGRAM_GOALS) deb dist,$(GOALS)),)
include $(O)/packages.mk
else
include $(patsubst %,$(O)/packages-%.mk,$(filter deb dist,$(GOALS)) \
	$(if $(filter $(PROGRAM_GOALS),$(GOALS)),programs))
endif

$(O)/packages.mk: tools/build/packages
	@mkdir -p $(O)
	@tools/build/packages $(O)
	@touch $@

$(O)/packages-%.mk: tools/build/packages
	@mkdir -p $(O)
	@tools/build/packages --for $* $(O)
	@touch $@

# A fragment adds its artefacts to `all` and defines its own targets; a comment
# `## text` behind a target is its line of help. Order does not matter.
include $(sort $(wildcard lib/*.mk kunit/*.mk arch/x86/*.mk drivers/ptp/hostclock/*.mk tools/*/*.mk tools/testing/*/*.mk))

# Programs by the names that they have from here, too.
ifeq ($(O),$(CURDIR)/build)
build/bin/%: $(O)/bin/% ;
endif

.PHONY: help all packages install uninstall clean
help: ## show this text
	@echo "hostclock: a guest clock that is the host's"
	@grep -hE '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9.-]+):.*## /  make \1\t/' | expand -t 26

all: ## build everything but the kernels that only tests need

packages: $(O)/packages.mk ## install what building and testing needs (Debian 12, root)

BIN_PROGRAMS := hostclock
SBIN_PROGRAMS := hostclockd hostclockctl hostclock-notify
MAN_PAGES := $(wildcard tools/*/*.[18])
UNITS := $(wildcard tools/*/*.service)
RULES := $(wildcard tools/*/*.rules)
SYSUSERS := $(wildcard tools/*/*.sysusers)
DROPINS := $(wildcard tools/timedaemons/*.d/*.conf)
COMPLETION := tools/completion/hostclock.bash

# Directories below PREFIX, and all that is in them afterwards.
MAN_DIR := share/man/man
UNIT_DIR := lib/systemd/system
RULE_DIR := lib/udev/rules.d
SYSUSERS_DIR := lib/sysusers.d
TIMEDAEMON := lib/hostclock/timedaemon
COMPLETION_DIR := share/bash-completion/completions
INSTALLED := $(BIN_PROGRAMS:%=bin/%) $(SBIN_PROGRAMS:%=sbin/%) \
	$(foreach page,$(MAN_PAGES),$(MAN_DIR)$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	$(addprefix $(UNIT_DIR)/,$(notdir $(UNITS))) $(addprefix $(RULE_DIR)/,$(notdir $(RULES))) \
	$(patsubst %.sysusers,$(SYSUSERS_DIR)/%.conf,$(notdir $(SYSUSERS))) \
	$(DROPINS:tools/timedaemons/%=$(UNIT_DIR)/%) $(TIMEDAEMON) \
	$(addprefix $(COMPLETION_DIR)/,$(BIN_PROGRAMS) $(SBIN_PROGRAMS))

install: $(addprefix $(O)/bin/,$(BIN_PROGRAMS) $(SBIN_PROGRAMS)) ## install the tools (PREFIX, DESTDIR)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin sbin $(UNIT_DIR) $(COMPLETION_DIR))
	install $(BIN_PROGRAMS:%=$(O)/bin/%) $(DESTDIR)$(PREFIX)/bin
	install $(SBIN_PROGRAMS:%=$(O)/bin/%) $(DESTDIR)$(PREFIX)/sbin
	for page in $(MAN_PAGES); do \
		install -D -m 644 -t "$(DESTDIR)$(PREFIX)/$(MAN_DIR)$${page##*.}" "$$page" || exit 1; done
	for unit in $(UNITS); do \
		sed 's|/usr/sbin/|$(PREFIX)/sbin/|' "$$unit" \
			>"$(DESTDIR)$(PREFIX)/$(UNIT_DIR)/$${unit##*/}" || exit 1; done
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/$(RULE_DIR) $(RULES)
	for users in $(SYSUSERS); do \
		install -D -m 644 "$$users" "$(DESTDIR)$(PREFIX)/$(SYSUSERS_DIR)/$$(basename $$users .sysusers).conf" || exit 1; done
	install -D tools/timedaemons/timedaemon $(DESTDIR)$(PREFIX)/$(TIMEDAEMON)
	for file in $(DROPINS:tools/timedaemons/%=%); do \
		install -d "$(DESTDIR)$(PREFIX)/$(UNIT_DIR)/$${file%/*}" && \
		sed 's|/usr/lib/hostclock/|$(PREFIX)/lib/hostclock/|' "tools/timedaemons/$$file" \
			>"$(DESTDIR)$(PREFIX)/$(UNIT_DIR)/$$file" || exit 1; done
	for program in $(BIN_PROGRAMS) $(SBIN_PROGRAMS); do \
		install -m 644 $(COMPLETION) "$(DESTDIR)$(PREFIX)/$(COMPLETION_DIR)/$$program" || exit 1; done

uninstall: ## remove what install installed (PREFIX, DESTDIR)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED))

clean: ## remove build/
	rm -rf $(O)

endif
