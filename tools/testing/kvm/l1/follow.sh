# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the end-to-end test for KVM.
run "$top/tools/testing/e2e/110-kvm"
