# SPDX-License-Identifier: GPL-2.0
# The guest: its PID 1, its file system, and what is shown in it.
GUEST_INIT := $(O)/guest/init
GUEST_INIT_SRC := tools/guest/init.c tools/guest/setup.c
GUEST_IMAGE := $(O)/guest/initramfs-patched.cpio
GUEST_KERNEL := $(O)/kernel/arch/x86/boot/bzImage

# Debian's kernels, for a guest of each.
STOCK_VERSIONS := 6.1 6.1-rt 6.12 7.3
GUEST_IMAGES_STOCK := $(STOCK_VERSIONS:%=$(O)/guest/initramfs-stock-%.cpio)
# Modules of such a kernel, in the order in which they are loaded; ours comes last.
# Those that are missing are built in.
GUEST_STOCK_MODULES = $(addprefix $(O)/stock-$(1)/modules/kernel/drivers/, \
	$(addsuffix .ko,virtio/virtio_ring virtio/virtio virtio/virtio_pci_modern_dev \
		virtio/virtio_pci_legacy_dev virtio/virtio_pci char/virtio_console))

# What goes into /bin; fragments may add to it.
GUEST_PROGRAMS += $(HOSTCLOCK) $(E2E_TARGETS)
GUEST_IMAGE_SRC := tools/guest/image tools/guest/lib/elf.sh $(wildcard tools/guest/etc/* tools/guest/etc/chrony/*)

$(GUEST_INIT): $(GUEST_INIT_SRC) tools/guest/init.h tools/guest/guest.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(USER_CFLAGS) -static -o $@ $(GUEST_INIT_SRC)

# Other fragments may be read after this one.
.SECONDEXPANSION:

$(GUEST_IMAGE): $(GUEST_IMAGE_SRC) $(GUEST_INIT) $$(GUEST_PROGRAMS)
	@mkdir -p $(@D)
	$(call say,IMAGE)tools/guest/image $@ $(GUEST_INIT) $(O)/debs/root $(GUEST_PROGRAMS)

$(GUEST_IMAGES_STOCK): $(O)/guest/initramfs-stock-%.cpio: $(GUEST_IMAGE_SRC) $(GUEST_INIT) \
		$$(GUEST_PROGRAMS) $(O)/stock-%/hostclock.ko
	@mkdir -p $(@D)
	$(call say,IMAGE)tools/guest/image $@ $(GUEST_INIT) $(O)/debs/root $(GUEST_PROGRAMS) \
		$$(find $(call GUEST_STOCK_MODULES,$*) -maxdepth 0 2>/dev/null) $(O)/stock-$*/hostclock.ko

# What guest-run needs for a guest of either kernel.
GUEST := $(GUEST_KERNEL) $(GUEST_IMAGE) $(addprefix $(O)/bin/,hostclockd hostclockd-sim hostclockctl)

.PHONY: guest $(STOCK_VERSIONS:%=guest-stock-%) run shell
guest: $(GUEST) ## build all that tools/guest-run needs
guest-stock-6.1: $(O)/stock-6.1/vmlinuz $(O)/guest/initramfs-stock-6.1.cpio ## and for Debian's kernel 6.1
guest-stock-6.1-rt: $(O)/stock-6.1-rt/vmlinuz $(O)/guest/initramfs-stock-6.1-rt.cpio ## and for its 6.1 with PREEMPT_RT
guest-stock-6.12: $(O)/stock-6.12/vmlinuz $(O)/guest/initramfs-stock-6.12.cpio ## and for its 6.12
guest-stock-7.3: $(O)/stock-7.3/vmlinuz $(O)/guest/initramfs-stock-7.3.cpio ## and for its 7.3, of trixie-backports
all: guest

run: $(GUEST) ## show a guest that follows this machine's clock
	@tools/guest/demo

shell: $(GUEST) ## start a guest with a shell on this terminal
	@tools/guest-run --tty --timeout 86400 -- sh -l
