# SPDX-License-Identifier: GPL-2.0
# The guest's kernels: ours, patched and built, and Debian's.
LINUX_TREE := $(O)/linux
LINUX_STAMP := $(O)/linux.files
BZIMAGE := $(O)/kernel/arch/x86/boot/bzImage
BZIMAGE_MICRO := $(O)/kernel-micro/arch/x86/boot/bzImage
BZIMAGE_DEBUG := $(O)/kernel-debug/arch/x86/boot/bzImage
VDSO_IMAGES := $(addprefix $(O)/kernel/arch/x86/entry/vdso/,vdso64.so vdso64.so.dbg vdso32.so vdso32.so.dbg)

# Directories are listed for the sake of files that go away; with "/." behind
# them, for some are the names of targets, too.
source_files = $(shell find $(wildcard $(1)) -type d -printf '%p/.\n' -o \
	\( -name '*.[chS]' -o -name Kconfig -o -name Makefile -o -name Kbuild $(2) \) -print)
LINUX_OVERLAY := $(call source_files,lib/include lib/hostclock kunit drivers arch/x86,-o -path 'arch/x86/patches/*')
MODULE_SOURCES := $(call source_files,lib drivers)

$(LINUX_STAMP): tools/kernel/tree tools/kernel/overlay.sh $(LINUX_OVERLAY)
	@tools/kernel/tree $(O)

$(BZIMAGE): $(LINUX_STAMP) tools/kernel/guest.config tools/kernel/build
	@tools/kernel/build $(O) kernel tools/kernel/guest.config
	@touch $@

# Kernels of other versions, each in a directory of its own, as are their sources.
K ?= 6.12
KERNEL_VERSIONS := $(shell printf '%s\n' $(notdir $(wildcard arch/x86/patches/*)) | sort -Vr)
OTHER_VERSIONS := $(filter-out 6.12,$(KERNEL_VERSIONS))
OTHER_IMAGES := $(OTHER_VERSIONS:%=$(O)/%/kernel/arch/x86/boot/bzImage)
OTHER_MICROS := $(OTHER_VERSIONS:%=$(O)/%/kernel-micro/arch/x86/boot/bzImage)
MICRO_CONFIG := $(addprefix tools/kernel/,micro.config microvm.config)
K_OUT := $(O)$(filter-out /6.12,/$(K))

$(OTHER_VERSIONS:%=$(O)/%/linux.files): $(O)/%/linux.files: tools/kernel/tree tools/kernel/source \
		tools/kernel/overlay.sh $(LINUX_OVERLAY)
	@tools/kernel/tree $(O)/$* $*

$(OTHER_IMAGES): $(O)/%/kernel/arch/x86/boot/bzImage: $(O)/%/linux.files tools/kernel/guest.config \
		$(wildcard tools/kernel/guest-*.config) tools/kernel/build
	@tools/kernel/build $(O)/$* kernel tools/kernel/guest.config $(wildcard tools/kernel/guest-$*.config)
	@touch $@

$(OTHER_MICROS): $(O)/%/kernel-micro/arch/x86/boot/bzImage: $(O)/%/linux.files tools/kernel/guest.config \
		$(wildcard tools/kernel/guest-*.config) $(MICRO_CONFIG) tools/kernel/build
	@tools/kernel/build $(O)/$* kernel-micro tools/kernel/guest.config \
		$(wildcard tools/kernel/guest-$*.config) $(MICRO_CONFIG)
	@touch $@

$(OTHER_VERSIONS:%=$(O)/%/series/.stamp): $(O)/%/series/.stamp: $(O)/%/linux.files tools/kernel/series
	@tools/kernel/series $(O)/$* $*
	@touch $@

# The build of the image makes them, and leaves them alone if they stay the same.
$(VDSO_IMAGES): $(BZIMAGE) ;

$(BZIMAGE_DEBUG): $(LINUX_STAMP) tools/kernel/guest.config tools/kernel/debug.config tools/kernel/build
	@tools/kernel/build $(O) kernel-debug tools/kernel/guest.config tools/kernel/debug.config
	@touch $@

$(BZIMAGE_MICRO): $(LINUX_STAMP) tools/kernel/guest.config $(MICRO_CONFIG) tools/kernel/build
	@tools/kernel/build $(O) kernel-micro tools/kernel/guest.config $(MICRO_CONFIG)
	@touch $@

# Debian's kernels, those for which tools/guest/guest.mk has guests
STOCK := $(STOCK_VERSIONS:%=$(O)/stock-%)

$(STOCK:%=%/headers): $(O)/stock-%/headers: tools/kernel/stock
	@tools/kernel/stock $(O) $*

$(STOCK:%=%/vmlinuz): %/vmlinuz: %/headers ;
$(STOCK:%=%/config): %/config: %/headers ;

$(STOCK:%=%/hostclock.ko): $(O)/stock-%/hostclock.ko: \
		$(O)/stock-%/headers tools/kernel/module Makefile NEWS $(MODULE_SOURCES)
	@tools/kernel/module $(O) $*

$(STOCK:%=%/hostclock_export.ko): $(O)/stock-%/hostclock_export.ko: \
		$(O)/stock-%/hostclock.ko ;

$(O)/series/.stamp: $(LINUX_STAMP) tools/kernel/series
	@tools/kernel/series $(O)
	@touch $@

NEWEST_VERSION := $(firstword $(KERNEL_VERSIONS))

.PHONY: kernel kernel-debug kernel-micro kernel-newest deb-kernel stock-6.1 modules-oot series check-kernels
kernel: $(K_OUT)/kernel/arch/x86/boot/bzImage ## build the guest's kernel (K=VERSION: another one's)
kernel-newest: ## build the newest version's, if the archive has its source
	@tools/kernel/source $(O)/$(NEWEST_VERSION) $(NEWEST_VERSION) >/dev/null; \
		case $$? in 77) ;; 0) $(MAKE) K=$(NEWEST_VERSION) kernel ;; *) exit 1 ;; esac
kernel-debug: $(BZIMAGE_DEBUG) ## build the guest's kernel with lockdep, KASAN, kmemleak
kernel-micro: $(K_OUT)/kernel-micro/arch/x86/boot/bzImage ## build it without PCI, ACPI and modules, as microVMs do (K=VERSION)
deb-kernel: $(LINUX_STAMP) $(O)/stock-6.12/headers ## build Debian's kernel 6.12 for clouds with our series, as a package (long)
	@nice -n 19 tools/kernel/deb $(O)
stock-6.1: $(O)/stock-6.1/vmlinuz ## get Debian's kernel 6.1
modules-oot: $(addsuffix /hostclock.ko,$(filter-out %-rt,$(STOCK))) ## build the modules for Debian's kernels
series: $(K_OUT)/series/.stamp ## export the patch series as they would be mailed (K=VERSION)
check-kernels: ## try every kernel version's series: build, boot, KUnit, the core of the e2e tests
	@tools/kernel/check $(O) $(KERNEL_VERSIONS)
all: $(BZIMAGE)
prepare-soak: $(O)/series/.stamp
