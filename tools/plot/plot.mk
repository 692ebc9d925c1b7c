# SPDX-License-Identifier: GPL-2.0
# What guests' clocks make of a snapshot, beside hostclock.
.PHONY: plot plot-data plot-packages
plot: plot-packages ## measure restored guests' clocks, and plot them: build/plot/restore.svg
	@$(MAKE) plot-data
	@tools/plot/draw

plot-data: prepare-kvm ## measure only, and print the table
	@tools/plot/measure

plot-packages:
	@tools/build/packages --plot $(O)
