# SPDX-License-Identifier: GPL-2.0
# Sourced by cases: this host's kernel writes its clock page.
export_debug=/sys/kernel/debug/hostclock_export

export_start() {
	insmod "$build/stock-6.1/hostclock_export.ko"
	same "the host's kernel can write the page" 0 $?
}

# export_end LABEL
export_end() {
	sed 's/^/# /' $export_debug/counters
	rmmod hostclock_export
	same "$1: nobody keeps the module" 0 $?
}
