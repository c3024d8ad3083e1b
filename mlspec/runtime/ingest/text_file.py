"""CSV text as DuckDB can read it: UTF-8, and one kind of line ends. A copy is made only of a file that is something else."""

from __future__ import annotations

import codecs
import gzip
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.atomic import PREFIX

ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "windows-1252": "cp1252", "utf-16": "utf-16"}
_CHUNK = 1 << 20
_C1 = bytes(range(0x80, 0xA0))
"""Control characters in latin-1, which nobody writes; in windows-1252 they are €, “, ” and the like."""


@contextmanager
def plain_text(path: Path, read: Mapping[str, Any], shown: str) -> Iterator[Path]:
    """Yield a path whose text is UTF-8 with one kind of line ends: `path` itself where it is so. Raises MLS0612."""
    encoding = read.get("encoding", "utf-8")
    if encoding == "utf-8" and not _mixes_line_ends(path, shown):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        copy = Path(folder) / "source.csv"
        try:
            _write(path, copy, encoding)
        except UnicodeError as error:
            raise undecodable(path, encoding, shown) or problem("MLS0612", f"`{shown}` is not {encoding} text") from error
        yield copy


def opened(path: Path) -> BinaryIO:
    """The content of a file; unpacked when its name ends in `.gz`."""
    return cast("BinaryIO", gzip.open(path, "rb")) if path.name.endswith(".gz") else path.open("rb")


def _chunks(path: Path) -> Iterator[bytes]:
    with opened(path) as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk


def _mixes_line_ends(path: Path, shown: str) -> bool:
    """Whether the file has CRLF and also LF, within quotes or not; that is for `_Lines` to find out."""
    try:
        crlf = lf = 0
        last = b""
        for chunk in _chunks(path):
            lf += chunk.count(b"\n")
            crlf += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            last = chunk[-1:]
    except (OSError, EOFError) as error:
        raise problem(
            "MLS0612", f"`{shown}` can't be read as csv: {error}", help="it is no gzip file, or cut off: fetch it again"
        ) from error
    return 0 < crlf < lf


def _write(path: Path, copy: Path, encoding: str) -> None:
    lines, decoder = _Lines(), codecs.getincrementaldecoder(_codec(path, encoding))()
    with copy.open("wb") as out:
        for chunk in _chunks(path):
            if encoding == "latin-1" and chunk.translate(None, _C1) != chunk:
                raise UnicodeError("control characters of latin-1")
            out.write(lines.feed(decoder.decode(chunk).encode("utf-8")))
        out.write(lines.feed(decoder.decode(b"", final=True).encode("utf-8")) + lines.end())


def _codec(path: Path, encoding: str) -> str:
    """The byte order of UTF-16 without a mark is told by the first character, which of a heading is nearly always below U+0100."""
    if encoding != "utf-16":
        return ENCODINGS[encoding]
    with opened(path) as handle:
        first = handle.read(2)
    return "utf-16" if first in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE) else "utf-16-be" if first[:1] == b"\0" else "utf-16-le"


class _Lines:
    """Makes CRLF outside of quotes LF. Quotes come in pairs, also `""` within quotes: what stands between is as it was."""

    def __init__(self) -> None:
        self._quoted = False
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        chunk = self._held + chunk
        self._held = b"\r" if chunk.endswith(b"\r") else b""  # its LF may come with the next chunk
        parts = (chunk[:-1] if self._held else chunk).split(b'"')
        for i, part in enumerate(parts):
            if self._quoted == (i % 2 == 1):
                parts[i] = part.replace(b"\r\n", b"\n")
        self._quoted ^= len(parts) % 2 == 0
        return b'"'.join(parts)

    def end(self) -> bytes:
        return self._held


def undecodable(path: Path, encoding: str, shown: str) -> Problems | None:
    """The diagnostic for a file that is not text of its encoding, with the line and the encoding that fits; None when it is."""
    place = _first_bad_line(path, encoding)
    if place is None:
        return None
    better = guess(path)
    fix = f"set `read: {{encoding: {better}}}`, or save the file as UTF-8" if better != encoding else "save the file as UTF-8"
    where = f"line {place} is not {encoding} text" if place else f"it is not {encoding} text"
    return problem("MLS0612", f"`{shown}` can't be read as csv: {where}", help=fix)


def _first_bad_line(path: Path, encoding: str) -> int | None:
    """The first line that can't be decoded; 0 where lines can't be told apart (UTF-16); None when all can."""
    with opened(path) as handle:
        if encoding == "utf-16":
            return None if _fits(handle.read(), _codec(path, encoding)) else 0
        return next((n for n, line in enumerate(handle, start=1) if not _fits(line, encoding)), None)


def _fits(text: bytes, encoding: str) -> bool:
    if encoding == "latin-1":
        return text.translate(None, _C1) == text
    try:
        text.decode(ENCODINGS.get(encoding, encoding))
    except UnicodeError:
        return False
    return True


def guess(path: Path) -> str:
    """The encoding that the bytes of a file speak for: one of `ENCODINGS`."""
    with opened(path) as handle:
        head = handle.read(_CHUNK)
    if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) or b"\0" in head[:1024]:
        return "utf-16"
    return next((e for e in ("utf-8", "latin-1", "windows-1252") if _first_bad_line(path, e) is None), "utf-8")
