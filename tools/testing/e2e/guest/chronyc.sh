# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of how fast chronyd is reset.

# chronyc_ms: what starting chronyc takes here and now, of which only a small part is
# the command. Of several, for /proc/uptime counts in 10 ms.
chronyc_ms() {
	local start _

	read -r start _ </proc/uptime
	for _ in 1 2 3 4 5 6 7 8; do
		chronyc -h /run/chrony/chronyd.sock tracking >/dev/null 2>&1
	done
	awk -v start="$start" '{ print ($1 - start) * 1000 / 8 }' /proc/uptime
}
