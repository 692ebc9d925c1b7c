# SPDX-License-Identifier: GPL-2.0
"""A file system (FUSE, without a library) of one program, FILE, that hangs whoever opens
or looks it up once hang() was called.

    python3 hangfs.py MOUNTPOINT FILE

is mounted when it says so; a line on standard input has it hang from then on.
"""

import ctypes
import os
import stat
import struct
import sys
import threading

LOOKUP, FORGET, GETATTR, STATFS, OPEN, READ, RELEASE, INIT, OPENDIR, BATCH_FORGET = 1, 2, 3, 17, 14, 15, 18, 26, 27, 42
ENOENT, ENOSYS = 2, 38
ROOT, FILE = 1, 2
# Nothing is known for long: whoever asks later asks us.
SECONDS = 0


class HangingFilesystem:
    def __init__(self, mountpoint, program):
        with open(program, "rb") as f:
            self.data = f.read()
        self.hangs = False
        self.fuse = os.open("/dev/fuse", os.O_RDWR)
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"fd={self.fuse},rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other"
        if libc.mount(b"hang", mountpoint.encode(), b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")

    def attributes(self, node):
        mode, size = (stat.S_IFDIR | 0o755, 0) if node == ROOT else (stat.S_IFREG | 0o755, len(self.data))
        return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, node, body):
        """The answer's data, or a negative error; None is none at all."""
        if opcode in (FORGET, BATCH_FORGET) or (self.hangs and opcode in (LOOKUP, OPEN, READ, GETATTR)):
            return None
        if opcode == INIT:
            return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, *[0] * 8)[:64]
        if opcode == LOOKUP:
            if body.rstrip(b"\0") != b"program":
                return -ENOENT
            return struct.pack("<4Q2I", FILE, 0, SECONDS, SECONDS, 0, 0) + self.attributes(FILE)
        if opcode == GETATTR:
            return struct.pack("<Q2I", SECONDS, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return struct.pack("<Q2I", 0, 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("<2QI", body)
            return self.data[offset:offset + size]
        if opcode == RELEASE:
            return b""
        return -ENOSYS

    def serve(self):
        while True:
            try:
                request = os.read(self.fuse, 1 << 18)
            except OSError:
                return
            _, opcode, unique, node = struct.unpack_from("<2I2Q", request)
            found = self.answer(opcode, node, request[40:])
            if found is None:
                continue
            error, data = (found, b"") if isinstance(found, int) else (0, found)
            os.write(self.fuse, struct.pack("<IiQ", 16 + len(data), error, unique) + data)


if __name__ == "__main__":
    filesystem = HangingFilesystem(*sys.argv[1:])
    threading.Thread(target=filesystem.serve, daemon=True).start()
    print("mounted", flush=True)
    sys.stdin.readline()
    filesystem.hangs = True
    print("hangs", flush=True)
    sys.stdin.readline()
