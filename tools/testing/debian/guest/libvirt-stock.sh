# SPDX-License-Identifier: GPL-2.0
# A domain with an unpatched kernel, see stock-domain.sh: the hook has its page belong to its QEMU's
# user while QEMU opens it, and AppArmor's rules let no other QEMU write to it.
. /hostclock/domains.sh
uuid=5ca1ab1e-0013-4000-8000-00c10cc10cc1
page=$dir/vm/libvirt-$uuid
saved=/var/lib/libvirt/qemu/save/stock
console=/var/log/libvirt/qemu/stock.console
# The domain's CPU is emulated on an emulated one.
limit=300
mark=0

# printed LINE: by the domain since $mark
printed() { since | grep -q "^$1"; }
since() { tail -c "+$((mark + 1))" $console 2>/dev/null | tr -d '\r'; }

console_size() { stat -c %s $console; }

# must RESULT COMMAND...: otherwise nothing more can be
must() {
	local result=$1
	shift

	if "$@"; then
		ok "$result"
		return
	fi
	not_ok "$result" "$(cat /tmp/virsh)"
	said | sed 's/^/# /'
	end
}

# Once the domain prints no more: its results are ours, and its kernel's complaints
end() {
	v destroy stock
	tr -d '\r' <$console | sed -n -E 's/^(ok|not ok|skip) - /&domain: /p; s/^#/&/p'
	sed 's/^/domain: /' $console >/dev/ttyS0
	finish
	exit
}

now() { date +%s%6N; }

# clock RESULT: it is read by the vDSO, and between two readings of this machine's. The second line
# that the domain prints from now on counts: it may have read the clock for the first one before.
clock() {
	local before found after

	before=$(now)
	mark=$(console_size)
	holds "$1: the domain prints its clock" "$(since)" eventually eval '[ "$(since | grep -c "^now.*;$")" -ge 2 ]'
	after=$(now)
	set -- "$1" $(since | grep "^now.*;$" | sed -n 2p)
	echo "# $*"
	same "$1: by the vDSO" "synchronized, vdso on;" "$4 $5 $6"
	found=$3
	holds "$1: it is between two of its host's" "$before $found $after" \
		[ "$before" -le "$found" -a "$found" -le "$after" ]
}

# lent RESULT: its QEMU has the page for writing, and it is hostclockd's
lent() {
	local maps

	maps=/proc/$(pid_of stock)/maps
	same "$1: QEMU is of another user" libvirt-qemu "$(stat -c %U "${maps%/maps}")"
	holds "$1: it may write to its page" "$(grep $dir "$maps")" grep -q "rw-s.* $page\$" "$maps"
	holds "$1: and not to the clock's" "$(grep $dir "$maps")" grep -q "r--s.* $dir/clock\$" "$maps"
	same "$1: the page is hostclockd's again" "hostclock 644" "$(stat -c '%U %a' $page)"
}

define_stock() {
	local os devices

	os="<kernel>/hostclock/vmlinuz</kernel><initrd>/hostclock/initramfs</initrd>"
	os="$os<cmdline>console=ttyS0 reboot=k panic=-1 quiet tsc=reliable mitigations=off</cmdline>"
	devices="<serial type=\"file\"><source path=\"$console\" append=\"on\"/></serial>"
	domain stock "--stock $uuid 384 1" kvm pc \
		"s|hvm</type>|&$os|; s|</os>|&<features><acpi/><apic/></features>|; s|</emulator>|&$devices|"
}

check_boot() {
	must "a domain is defined" define_stock
	must "it is started" v start stock
	is_followed "its page was made, and attached to" libvirt-$uuid "running kvm-debugfs none"
	same "its QEMU's profile is called as its page" "${page##*/} (enforce)" \
		"$(cat "/proc/$(pid_of stock)/attr/current")"
	lent "started"
	must "it boots" eventually printed booted
	must "it watches its clock" eventually printed "# reading the clocks"
}

check_restore() {
	local before

	must "it is saved" v save stock $saved
	same "its page is removed" "" "$(left)"
	before=$(now)
	# A clock that does not know of this is far off.
	eventually eval '[ $(($(now) - before)) -ge 10000000 ]'
	mark=$(console_size)
	must "it is restored" v restore $saved
	is_followed "it has a page again, by cause restore" libvirt-$uuid "running kvm-debugfs restore"
	lent "restored"
	must "it has watched its clock" eventually printed watched
	holds "right from the first reading on" "$(since | grep "the first REALTIME after")" \
		printed "ok - the first REALTIME after a standstill is right"
	clock restored
}

check_restart() {
	local epoch

	epoch=$(vm libvirt-$uuid epoch)
	systemctl restart hostclockd
	must "hostclockd is started again" eventually answers
	same "and the guest does not notice" "$epoch running" "$(vm libvirt-$uuid epoch) $(vm libvirt-$uuid state)"
	lent "hostclockd started again"
	clock "hostclockd started again"
}

# Other domains: one that the hook does not see through, and a copy
check_denied() {
	same "AppArmor has refused nothing" "" "$(denied)"
	domain thief "thief 64 1" qemu pc \
		"s|readonly=on,size=4K|size=8K|; s|id=hcg,mem-path=[^,]*|id=hcx,mem-path=$page|; s|memdev=hcg|memdev=hcx|"
	chmod 666 $page
	holds "another domain may not write to its page" "it may" eval '! v start thief'
	chmod 644 $page
	holds "by AppArmor" "$(cat /tmp/virsh)" eventually denied_writing $page
	sed "s|<name>stock|<name>copy|; s|<uuid>5|<uuid>6|" /tmp/stock.xml >/tmp/copy.xml
	v define /tmp/copy.xml
	holds "nor does a copy start" "it does" eval '! v start copy'
	holds "since the page is not its own" "$(cat /tmp/virsh)" grep -q "is another domain's" /tmp/virsh
	same "the page is where it was" "$page" "$(left)"
	clock "others tried"
}

check_end() {
	holds "it is destroyed" "$(cat /tmp/virsh)" v destroy stock
	same "nothing is left of it" "" "$(ctl list; left)"
}

modprobe kvm-amd
check_install
check_boot
check_restore
check_restart
check_denied
check_end
end
