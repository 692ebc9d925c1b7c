# SPDX-License-Identifier: GPL-2.0
# The same on genuine KVM: in a guest whose CPU QEMU emulates, virtualisation
# and all.
KVM_OUT := $(O)/bin/kvm
KVM_PROGRAMS := $(addprefix $(KVM_OUT)/,standstill agent kvmclock_realtime.so)
KVM_GUEST := tools/testing/kvm/guest
$(KVM_OUT)/standstill: $(addprefix $(KVM_GUEST)/,standstill.c reading.c record.c timers.c)
$(KVM_OUT)/agent: $(KVM_GUEST)/agent.c

$(KVM_OUT)/standstill $(KVM_OUT)/agent: $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK) \
		$(addprefix $(KVM_GUEST)/,reading.h record.h timers.h) tools/testing/kvm/kvm.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -I $(E2E) -o $@ $(filter %.c,$^) $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK)

# For the host's QEMU
$(KVM_OUT)/kvmclock_realtime.so: tools/testing/kvm/l1/kvmclock_realtime.c tools/testing/kvm/kvm.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -shared -fPIC $(USER_CFLAGS) -o $@ $< -ldl

.PHONY: check-kvm prepare-kvm
check-kvm: ## run the tests on KVM, nested in an emulated machine
	@$(RUN_TESTS) --tier kvm

prepare-kvm: all guest-stock-6.1 $(O)/stock-6.1/hostclock_export.ko $(KVM_PROGRAMS)
