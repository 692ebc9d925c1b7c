# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Exact rational arithmetic for the tables' scripts, and how a table is written.

Nothing here is taken from the library: expected values follow from what the
page's fields mean (uapi/linux/hostclock-abi.h), computed with fractions.
"""
from fractions import Fraction
from math import ceil, floor

NS = 10**9
S64_MAX = 2**63 - 1
U64_MAX = 2**64 - 1


def nearest(x):
    """To the nearest integer, halves up."""
    return floor(x + Fraction(1, 2))


def clamp(x):
    """Elapsed ns as the readers give them: 2^63 - 1 at most."""
    return min(x, S64_MAX)


def split(ns):
    """ns as (seconds, ns), the latter from 0 up."""
    return ns // NS, ns % NS


def number(value):
    """A C constant for a field of 64 bits or less."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if value == -2**63:
        return "S64_MIN"
    if value > S64_MAX:
        return "%#xULL" % value
    if value > 2**31 - 1:
        return "%dULL" % value
    if value < -2**31:
        return "%dLL" % value
    return "%d" % value


def wrap(fields, indent):
    lines, line = [], indent
    for field in fields:
        if len(line.expandtabs(8)) + len(field) > 96:
            lines.append(line.rstrip())
            line = indent
        line += field + " "
    return lines + [line.rstrip()]


def print_fields(fields, indent):
    text = [".%s = %s," % (k, number(v)) for k, v in fields.items()]
    print("\n".join(wrap(text, indent)))


def emit(kind, name, rows):
    """Prints one table; each row is (its name, a dict of fields)."""
    print("\nstatic const struct %s %s[] = {" % (kind, name))
    for title, fields in rows:
        assert len(title) < 128, title
        print('\t{\n\t\t.name = "%s",' % title)
        flat = {k: v for k, v in fields.items() if not isinstance(v, dict)}
        for k, v in fields.items():
            if isinstance(v, dict):
                print("\t\t.%s = {" % k)
                print_fields(v, "\t\t\t")
                print("\t\t},")
        print_fields(flat, "\t\t")
        print("\t},")
    print("};")


def header(script):
    print("/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */")
    print("/* Made by %s; do not edit. */" % script)
