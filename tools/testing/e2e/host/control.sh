# SPDX-License-Identifier: GPL-2.0
# Sourced by what guest-run's --host-cmd runs: the exporter, and the guest's word.
control=${O:-$(dirname "${BASH_SOURCE[0]}")/../../../../build}/bin/hostclockctl

ctl() {
	"$control" --dir "$HOSTCLOCK_DIR" "$@"
}

# guest_waits OUTPUT: until it says so. What ends guest-run ends this.
guest_waits() {
	until grep -q "waiting" "$1"; do
		sleep 0.1
	done
}
