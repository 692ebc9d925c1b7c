# SPDX-License-Identifier: GPL-2.0
# From a kernel's console to a line per KUnit test case. A plan that is not
# fulfilled and a log without tests are failures.

function fail(text)
{
	print "not ok - " text
	bad = 1
}

function plan_of(line)
{
	sub(/.*1\.\./, "", line)
	return line + 0
}

function end_of_suite()
{
	if (suite != "" && cases != plan)
		fail(suite ": " cases " of " plan " cases were run")
	suite = ""
}

# Time stamps; what remains is indented by the kernel.
{ sub(/^\[ *[0-9]+\.[0-9]+\] /, "") }

/^KTAP version/		{ started = 1; next }
!started		{ next }
/^1\.\./		{ suites_planned = plan_of($0); next }
/^    # Subtest: /	{ end_of_suite(); suite = $3; cases = 0; plan = 0; next }
/^    1\.\./		{ plan = plan_of($0); next }
/^ +#/			{ detail = $0; sub(/^ +# /, "", detail); next }

/^    (not )?ok [0-9]+ / {
	name = $0
	sub(/^    (not )?ok [0-9]+ (- )?/, "", name)
	cases++
	if ($1 == "not")
		fail(suite ": " name ": " detail)
	else if (name ~ /# SKIP/) {
		reason = name
		sub(/ *# SKIP.*/, "", name)
		sub(/.*# SKIP */, "", reason)
		print "skip - " suite ": " name ": " reason
	} else
		print "ok - " suite ": " name
	total++
	next
}

/^(not )?ok [0-9]+ / {
	end_of_suite()
	suites++
	# A suite can fail where its cases do not: in its setup.
	if ($1 == "not" && !bad)
		fail("suite " $NF ": " detail)
}

END {
	end_of_suite()
	if (!total)
		fail("KUnit: no test case in the kernel's log")
	else if (suites != suites_planned)
		fail("KUnit: " suites + 0 " of " suites_planned + 0 " suites came to an end")
	exit bad
}
