"""What Linux can do for a process that must not be trusted, without any right of an administrator. Elsewhere these calls do nothing.

Landlock (Linux 5.13; network from 6.7, signals from 6.12) takes away from this process and its children, for ever, what is not granted:
reading and writing files, TCP, and looking into or signalling processes outside.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

IS_LINUX = sys.platform == "linux"
_PDEATHSIG, _NO_NEW_PRIVILEGES, _SUBREAPER = 1, 38, 36
_CAPABILITIES = 0x20080522  # the third form of capset's argument
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REFER = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 13
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_TCP, _SCOPES = 0b11, 0b11
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Become the parent of processes whose parent ends, so that they can be found and killed."""
    if IS_LINUX:
        _libc().prctl(_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    if IS_LINUX:
        _libc().prctl(_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def drop_privileges() -> None:
    """Give up every capability for good. As root in a container a process has some that look past Landlock (CAP_PERFMON)."""
    if IS_LINUX:
        libc = _libc()
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        libc.capset(struct.pack("=Ii", _CAPABILITIES, 0), bytes(24))


def landlock_version() -> int:
    """The version of Landlock's interface; 0 where there is none."""
    if not IS_LINUX:
        return 0
    return max(0, int(_libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


_CONFINED: list[bool] = []


def is_confined() -> bool:
    """Whether this process, or the one that it was forked from, was kept to some files: it can't list the folders around them any more."""
    return any(_CONFINED)


def confine(read: Iterable[Path], names: Iterable[Path], write: Iterable[Path], *, network: bool) -> bool:
    """Keep this process to the folders and files given; return whether the kernel can.

    `read`: with all below. `names`: file names may be listed, contents not read. `write`: read and written, with all below.
    """
    version = landlock_version()
    if not version:
        return False
    everything = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    ruleset = _ruleset(version, everything, network=network)
    if ruleset < 0:
        return False
    reading = (_EXECUTE | _READ_FILE | _READ_DIR) & everything
    rules = [*((p, reading) for p in read), *((p, _READ_DIR) for p in names), *((p, everything) for p in write)]
    for path, rights in rules:
        _grant(ruleset, path, rights)
    _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = int(_libc().syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))) == 0
    os.close(ruleset)
    _CONFINED.append(done)
    return done


def keep_reads_to(read: Iterable[Path], names: Iterable[Path] = ()) -> bool:
    """Take reading and running of files away from this thread and all it starts, but for `read` (with all below); return whether the
    kernel can.

    `names`: file names may be listed, contents not read. Writing stays as it is; what is written elsewhere can't be read back.
    """
    version = landlock_version()
    if not version:
        return False
    reading = _EXECUTE | _READ_FILE | _READ_DIR
    moving = _REFER if version >= 2 else 0  # handled or not, no file moves between folders where it is not granted
    ruleset = _ruleset(min(version, 3), reading | moving, network=True)
    if ruleset < 0:
        return False
    for path, rights in [(Path("/"), moving), *((p, reading) for p in read), *((p, _READ_DIR) for p in names)]:
        _grant(ruleset, path, rights)
    _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = int(_libc().syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))) == 0
    os.close(ruleset)
    _CONFINED.append(done)
    return done


def around(path: Path, holes: Sequence[Path]) -> Iterator[Path]:
    """`path`, or what lies in it without the holes. A link in it that leads to a hole, or around one, is left out."""
    if path in holes:
        return
    if not any(hole.is_relative_to(path) for hole in holes):
        yield path
        return
    with contextlib.suppress(OSError):
        for child in sorted(path.iterdir()):
            if not (child.is_symlink() and _meets(child.resolve(), holes)):
                yield from around(child, holes)


def _meets(path: Path, holes: Sequence[Path]) -> bool:
    return any(hole.is_relative_to(path) or path.is_relative_to(hole) for hole in holes)


def _ruleset(version: int, everything: int, *, network: bool) -> int:
    tcp = _TCP if version >= 4 and not network else 0
    parts = (everything,) if version < 4 else (everything, tcp) if version < 6 else (everything, tcp, _SCOPES)
    form = struct.pack(f"={len(parts)}Q", *parts)
    return int(_libc().syscall(_CREATE, form, ctypes.c_size_t(len(form)), ctypes.c_uint32(0)))


def _grant(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no grant
    try:
        kept = rights if path.is_dir() else rights & _OF_FILES
        _libc().syscall(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), struct.pack("=Qi", kept, opened), ctypes.c_uint32(0))
    finally:
        os.close(opened)
