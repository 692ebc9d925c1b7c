/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Made by scale_table.py; do not edit. */

static const struct scale_row scale_rows[] = {
	{
		.name = "nothing at all",
		.delta = 0, .mult = 825955249, .base = 0, .shift = 31, .ns = 0,
	},
	{
		.name = "the base alone, whole ns",
		.delta = 0, .mult = 825955249, .base = 15032385536ULL, .shift = 31, .ns = 7,
	},
	{
		.name = "the base alone, one unit short of a ns",
		.delta = 0, .mult = 825955249, .base = 17179869183ULL, .shift = 31, .ns = 7,
	},
	{
		.name = "one count of 2.6 GHz",
		.delta = 1, .mult = 825955249, .base = 0, .shift = 31, .ns = 0,
	},
	{
		.name = "three counts of 2.6 GHz",
		.delta = 3, .mult = 825955249, .base = 0, .shift = 31, .ns = 1,
	},
	{
		.name = "a second of 2.6 GHz",
		.delta = 2600000000ULL, .mult = 825955249, .base = 0, .shift = 31,
		.ns = 999999999,
	},
	{
		.name = "the last count that 64 bits hold",
		.delta = 19733829944ULL, .mult = 825955249, .base = 2147483647999999999ULL,
		.shift = 31, .ns = 8589934591ULL,
	},
	{
		.name = "the first count that they do not",
		.delta = 19733829945ULL, .mult = 825955249, .base = 2147483647999999999ULL,
		.shift = 31, .ns = 8589934592ULL,
	},
	{
		.name = "the base alone makes the low half carry",
		.delta = 4294967296ULL, .mult = 4294967295ULL, .base = 0xffffffffffffffffULL,
		.shift = 31, .ns = 17179869181ULL,
	},
	{
		.name = "30 days of 2.6 GHz",
		.delta = 6739200000000000ULL, .mult = 825955249, .base = 2147483647999999999ULL,
		.shift = 31, .ns = 2592000999275803ULL,
	},
	{
		.name = "100 years of 2.6 GHz",
		.delta = 8199360000000000000ULL, .mult = 825955249,
		.base = 2147483647999999999ULL, .shift = 31, .ns = 3153600000118894338ULL,
	},
	{
		.name = "200 years of 1 GHz",
		.delta = 6307200000000000000ULL, .mult = 2147483648ULL, .base = 0, .shift = 31,
		.ns = 6307200000000000000ULL,
	},
	{
		.name = "200 years of 24 MHz",
		.delta = 151372800000000000ULL, .mult = 2796202667ULL, .base = 0, .shift = 26,
		.ns = 6307200000751876831ULL,
	},
	{
		.name = "2^63 counts of 2.6 GHz",
		.delta = 0x8000000000000000ULL, .mult = 825955249,
		.base = 2147483647999999999ULL, .shift = 31, .ns = 3547450783414536703ULL,
	},
	{
		.name = "2^64 - 1 counts of 2.6 GHz",
		.delta = 0xffffffffffffffffULL, .mult = 825955249,
		.base = 2147483647999999999ULL, .shift = 31, .ns = 7094901565829073407ULL,
	},
	{
		.name = "2^63 - 1 counts of 1 GHz are 2^63 - 1 ns",
		.delta = 9223372036854775807ULL, .mult = 2147483648ULL, .base = 0, .shift = 31,
		.ns = 9223372036854775807ULL,
	},
	{
		.name = "2^63 counts of 1 GHz saturate",
		.delta = 0x8000000000000000ULL, .mult = 2147483648ULL, .base = 0, .shift = 31,
		.ns = 9223372036854775807ULL,
	},
	{
		.name = "2^63 counts of 1 MHz saturate",
		.delta = 0x8000000000000000ULL, .mult = 2097152000, .base = 0, .shift = 21,
		.ns = 9223372036854775807ULL,
	},
	{
		.name = "the greatest of everything",
		.delta = 0xffffffffffffffffULL, .mult = 4294967295ULL,
		.base = 0xffffffffffffffffULL, .shift = 1, .ns = 9223372036854775807ULL,
	},
	{
		.name = "shift 1",
		.delta = 1000000000000000ULL, .mult = 3, .base = 1, .shift = 1,
		.ns = 1500000000000000ULL,
	},
	{
		.name = "just below 2^63 ns",
		.delta = 4611686018427387903ULL, .mult = 4, .base = 7, .shift = 1,
		.ns = 9223372036854775807ULL,
	},
	{
		.name = "just 2^63 ns",
		.delta = 4611686018427387904ULL, .mult = 4, .base = 0, .shift = 1,
		.ns = 9223372036854775807ULL,
	},
};

static const struct mult_shift_row mult_shift_rows[] = {
	{
		.name = "1 MHz",
		.hz = 1000000, .horizon_ns = 0, .ok = true, .mult = 2097152000, .shift = 21,
		.error_ppt = 0, .max_cycles = 8795093022ULL,
	},
	{
		.name = "3.579545 MHz, the ACPI timer",
		.hz = 3579545, .horizon_ns = 0, .ok = true, .mult = 2343484437ULL, .shift = 23,
		.error_ppt = -114, .max_cycles = 7867923155ULL,
	},
	{
		.name = "14.31818 MHz, the HPET",
		.hz = 14318180, .horizon_ns = 0, .ok = true, .mult = 2343484437ULL, .shift = 25,
		.error_ppt = -114, .max_cycles = 7857184520ULL,
	},
	{
		.name = "19.2 MHz",
		.hz = 19200000, .horizon_ns = 0, .ok = true, .mult = 3495253333ULL, .shift = 26,
		.error_ppt = -95, .max_cycles = 5258455813ULL,
	},
	{
		.name = "24 MHz, ARM",
		.hz = 24000000, .horizon_ns = 0, .ok = true, .mult = 2796202667ULL, .shift = 26,
		.error_ppt = 119, .max_cycles = 6573069765ULL,
	},
	{
		.name = "25 MHz",
		.hz = 25000000, .horizon_ns = 0, .ok = true, .mult = 2684354560ULL, .shift = 26,
		.error_ppt = 0, .max_cycles = 6846947673ULL,
	},
	{
		.name = "38.4 MHz",
		.hz = 38400000, .horizon_ns = 0, .ok = true, .mult = 3495253333ULL, .shift = 27,
		.error_ppt = -95, .max_cycles = 5239255813ULL,
	},
	{
		.name = "62.5 MHz, QEMU's ARM",
		.hz = 62500000, .horizon_ns = 0, .ok = true, .mult = 2147483648ULL, .shift = 27,
		.error_ppt = 0, .max_cycles = 8527434592ULL,
	},
	{
		.name = "100 MHz",
		.hz = 100000000, .horizon_ns = 0, .ok = true, .mult = 2684354560ULL,
		.shift = 28, .error_ppt = 0, .max_cycles = 6771947673ULL,
	},
	{
		.name = "500 MHz",
		.hz = 500000000, .horizon_ns = 0, .ok = true, .mult = 2147483648ULL,
		.shift = 30, .error_ppt = 0, .max_cycles = 8089934592ULL,
	},
	{
		.name = "1 GHz, scaled",
		.hz = 1000000000, .horizon_ns = 0, .ok = true, .mult = 2147483648ULL,
		.shift = 31, .error_ppt = 0, .max_cycles = 7589934592ULL,
	},
	{
		.name = "1.9 GHz",
		.hz = 1900000000, .horizon_ns = 0, .ok = true, .mult = 1130254552, .shift = 31,
		.error_ppt = 373, .max_cycles = 14420875719ULL,
	},
	{
		.name = "2.2 GHz less a bit",
		.hz = 2199998000ULL, .horizon_ns = 0, .ok = true, .mult = 976129818,
		.shift = 31, .error_ppt = -307, .max_cycles = 16697840927ULL,
	},
	{
		.name = "2.6 GHz",
		.hz = 2600000000ULL, .horizon_ns = 0, .ok = true, .mult = 825955249,
		.shift = 31, .error_ppt = -279, .max_cycles = 19733829944ULL,
	},
	{
		.name = "2.893299 GHz",
		.hz = 2893299000ULL, .horizon_ns = 0, .ok = true, .mult = 742226658,
		.shift = 31, .error_ppt = -296, .max_cycles = 21959950171ULL,
	},
	{
		.name = "4.5 GHz",
		.hz = 4500000000ULL, .horizon_ns = 0, .ok = true, .mult = 477218588,
		.shift = 31, .error_ppt = -931, .max_cycles = 34154705695ULL,
	},
	{
		.name = "6.2 GHz",
		.hz = 6200000000ULL, .horizon_ns = 0, .ok = true, .mult = 346368330,
		.shift = 31, .error_ppt = -931, .max_cycles = 47057594514ULL,
	},
	{
		.name = "10 GHz",
		.hz = 10000000000ULL, .horizon_ns = 0, .ok = true, .mult = 214748365,
		.shift = 31, .error_ppt = 931, .max_cycles = 75899345849ULL,
	},
	{
		.name = "2.6 GHz for 10 s",
		.hz = 2600000000ULL, .horizon_ns = 10000000000ULL, .ok = true,
		.mult = 412977625, .shift = 30, .error_ppt = 931, .max_cycles = 42067659839ULL,
	},
	{
		.name = "2.6 GHz for ten minutes",
		.hz = 2600000000ULL, .horizon_ns = 600000000000ULL, .ok = true, .mult = 6452775,
		.shift = 24, .error_ppt = -59605, .max_cycles = 2856130402456ULL,
	},
	{
		.name = "2.6 GHz for a day",
		.hz = 2600000000ULL, .horizon_ns = 86400000000000ULL, .ok = true, .mult = 50412,
		.shift = 17, .error_ppt = -6103516, .max_cycles = 365917103104609ULL,
	},
	{
		.name = "10 GHz for 13 days",
		.hz = 10000000000ULL, .horizon_ns = 1123200000000000ULL, .ok = true,
		.mult = 1638, .shift = 14, .error_ppt = -244140625,
		.max_cycles = 11261738516306197ULL,
	},
	{
		.name = "10 GHz for 14 days is too long",
		.hz = 10000000000ULL, .horizon_ns = 1209600000000000ULL, .ok = false,
	},
	{
		.name = "1 MHz for 291 years",
		.hz = 1000000, .horizon_ns = 9176976000000000000ULL, .ok = true, .mult = 2000,
		.shift = 1, .error_ppt = 0, .max_cycles = 9223372035854775ULL,
	},
	{
		.name = "1 MHz for 293 years is too long",
		.hz = 1000000, .horizon_ns = 0x803b3eb33b8f0000ULL, .ok = false,
	},
};
