#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a guest of Firecracker's: does what it is told on its console.
. /bare.sh
stty -echo

follows 60
echo booted
while read -r word; do
	case $word in
	time) adjtimex | awk '/time.tv_sec/ { s = $2 } /time.tv_usec/ { u = $2 }
		END { printf "time %d%06d\n", s, u }' ;;
	watch)
		run standstill --epoch --right --watch 3
		echo watched ;;
	end) reboot -f ;;
	esac
done
