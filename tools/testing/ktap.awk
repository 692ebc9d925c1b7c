# SPDX-License-Identifier: GPL-2.0
# A test's results, as tools/testing/run keeps them, as a KTAP subtest.
# Variables: name, of the test, and number, of it among all.

# A "#" would begin a directive, and not every reader knows how it is escaped.
function described(kind, line) {
	line = substr(line, length(kind) + 4)
	if (index(line, name ": ") == 1)
		line = substr(line, length(name) + 3)
	gsub(/#/, "No.", line)
	return line
}

# add STATUS KIND: the line is a result of this kind.
function add(status, kind, directive) {
	lines[++count] = "    " status " " ++results " " described(kind, $0) directive
}

/^ok - / { add("ok", "ok"); next }
/^not ok - / { add("not ok", "not ok"); failed = 1; next }
/^skip - / { add("ok", "skip", " # SKIP"); skipped++; next }
/^#/ { lines[++count] = "    " $0 }

END {
	print "    KTAP version 1"
	print "    # Subtest: " name
	print "    1.." results + 0
	for (i = 1; i <= count; i++)
		print lines[i]
	print (failed ? "not ok " : "ok ") number " " name \
		(!failed && skipped && skipped == results ? " # SKIP" : "")
}
