# SPDX-License-Identifier: GPL-2.0
# build/plot/restore.dat as build/plot/restore.svg. gnuplot 5.4 runs it there.

set terminal svg size 960,520 dynamic font "DejaVu Sans,13" background "white"
set output "restore.svg"
# Logarithmic, but for what is below some 50 ns, down to 0.
set nonlinear y via asinh(y / 5e-8) inverse 5e-8 * sinh(y)
set yrange [0:300]
set ytics ("0" 0, "100 ns" 1e-7, "1 µs" 1e-6, "10 µs" 1e-5, "100 µs" 1e-4, "1 ms" 1e-3, \
	"10 ms" 1e-2, "100 ms" 1e-1, "1 s" 1, "10 s" 10, "100 s" 100)
set logscale x
set xrange [1e-6:1000]
set xtics ("1 µs" 1e-6, "10 µs" 1e-5, "100 µs" 1e-4, "1 ms" 1e-3, "10 ms" 1e-2, \
	"100 ms" 1e-1, "1 s" 1, "10 s" 10, "100 s" 100, "1000 s" 1000)
set grid xtics ytics lc rgb "#dddddd" lt 1
set border 3 lc rgb "#444444"
set tics nomirror out scale 0.5
set title "Guests restored from a snapshot, a minute after they were stopped" font ",16"
set xlabel "time since the guest runs again"
set ylabel "|guest's CLOCK\\_REALTIME − host's|"
set key at graph 0.04, graph 0.47 left top reverse Left samplen 3 spacing 1.15 noenhanced

# The first reading may take less time than the axis shows.
at(s) = s < 1e-6 ? 1e-6 : s

# A palette that the colour-blind can tell apart.
array colour[8] = ["#999999", "#0072b2", "#f0e442", "#d55e00", "#e69f00", "#cc79a7", "#56b4e9", \
	"#009e73"]
plot for [i = 1:8] "restore.dat" index i - 1 using (at($1)):2 with lines \
	lw (i == 8 ? 4 : 2.5) lc rgb colour[i] title columnheader(1)
