"""The content of members as scratch files, in the order of their names, within bounds: a small archive may hold more than a disk does."""

from __future__ import annotations

import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from mlspec.runtime.ingest.archives.members import Member, chosen, refused

RATIO, FREE = 200, 100_000_000
"""So many times its own size may come out of an archive; or so many bytes, if that is more."""
_CHUNK = 1 << 20
_BLOCK = 512
_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError)
"""What the standard library says of archives that are cut off, of another kind, or packed in a way that it does not know."""

Opener = Callable[[Any], IO[bytes]]


def unpacked(path: Path, member: str | None, shown: str, scratch: Path) -> list[tuple[str, Path]]:
    """Write the members that are meant to files in `scratch`; return (name, file), by name. Raises MLS0683."""
    try:
        with _opened(path, shown) as (found, content):
            meant = chosen(found, member, shown)
            targets = [scratch / f"{n:06}{_suffix(m.name)}" for n, m in enumerate(meant)]
            left = max(FREE, RATIO * path.stat().st_size)
            for one, target in zip(meant, targets, strict=True):
                left = _write(content(one.handle), target, left, shown)
    except _BROKEN as error:
        raise refused(shown, f"it can't be unpacked: {error}", "fetch it again, or pack it anew as ZIP or tar.gz") from error
    return [(m.name, target) for m, target in zip(meant, targets, strict=True)]


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[tuple[list[Member], Opener]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield [_zipped(info) for info in archive.infolist()], archive.open
        return
    if not _is_tar(path):
        raise refused(
            shown, "it is neither a ZIP nor a tar archive, or it is cut off", "fetch it again; what is no archive has no `member`"
        )
    with tarfile.open(path) as tar:
        found = [_tarred(info) for info in tar.getmembers()]
        _check_end(tar, shown)
        yield found, lambda info: cast("IO[bytes]", tar.extractfile(info))  # None for what is no file, which is not asked for


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except _BROKEN:
        return False


def _zipped(info: zipfile.ZipInfo) -> Member:
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    trouble = "is encrypted" if info.flag_bits & 1 else "is a link" if is_link else ""
    return Member(info.filename, info, info.is_dir(), trouble)


def _tarred(info: tarfile.TarInfo) -> Member:
    trouble = "" if info.isreg() else "is a link" if info.issym() or info.islnk() else "is no regular file"
    return Member(info.name.removeprefix("./"), info, info.isdir(), trouble)


def _check_end(tar: tarfile.TarFile, shown: str) -> None:
    """Two blocks of zeros end a tar archive. Python takes one that is cut off between two members for a whole one."""
    assert tar.fileobj is not None  # noqa: S101 - it is open
    tar.fileobj.seek(tar.offset)
    if tar.fileobj.read(_BLOCK) != bytes(_BLOCK):
        raise refused(shown, "it is cut off: the end of the archive is missing", "fetch it again")
    while tar.fileobj.read(_CHUNK):  # to the end of what packs it, which has a checksum there
        pass


def _write(content: IO[bytes], target: Path, left: int, shown: str) -> int:
    """Write a member; return how many bytes may still come."""
    with content, target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                why = f"more than {RATIO} times its own size comes out of it: it is taken for an attack on the disk"
                raise refused(shown, why, "if it is honest, unpack it, and read the files")
            file.write(chunk)
    return left


def _suffix(name: str) -> str:
    """What tells the reader what the file is."""
    found = _SUFFIX.search(name.rpartition("/")[2])
    return found[0] if found else ""
