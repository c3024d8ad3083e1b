"""CSV text as DuckDB can read it: UTF-8, and one kind of line ends. A copy is made only of a file that is something else."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import PREFIX

ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "windows-1252": "cp1252", "utf-16": "utf-16"}
BROKEN_GZIP = (OSError, EOFError, zlib.error)
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
            is_utf8 = _write(path, copy, encoding, read.get("delimiter", ","))
        except UnicodeError as error:
            raise undecodable(path, encoding, shown) or problem("MLS0612", f"`{shown}` is not {encoding} text") from error
        except BROKEN_GZIP as error:
            raise not_unpacked(shown, error) from error
        if is_utf8 and encoding != "utf-8":
            message = f"`{shown}` can't be read as csv: it is utf-8 text, and not {encoding}"
            raise problem("MLS0612", message, help="set `read: {encoding: utf-8}`, or leave it out")
        yield copy


def not_unpacked(shown: str, error: Exception) -> Problems:
    """The diagnostic for one of `BROKEN_GZIP`."""
    packing = "zstd" if shown.endswith(".zst") else "gzip"
    return problem("MLS0612", f"`{shown}` can't be read as csv: {error}", help=f"it is no {packing} file, or cut off: fetch it again")


def opened(path: Path) -> BinaryIO:
    """The content of a file; unpacked when its name ends in `.gz` or `.zst`."""
    if path.name.endswith(".zst"):
        return cast("BinaryIO", io.BufferedReader(_Zstd(path)))
    return cast("BinaryIO", gzip.open(path, "rb")) if path.name.endswith(".gz") else path.open("rb")


class _Zstd(io.RawIOBase):
    """The content of a file that zstd packed; OSError where it is none, or cut off."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self._file = path.open("rb")
        self._unpacked = pa.CompressedInputStream(self._file, "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._unpacked.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._file.close()
        super().close()


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
    except BROKEN_GZIP as error:
        raise not_unpacked(shown, error) from error
    return 0 < crlf < lf


def _write(path: Path, copy: Path, encoding: str, delimiter: str) -> bool:
    """Write the copy; return whether the text is UTF-8 by its bytes, which text of another encoding never is by chance."""
    lines, decoder, other = _Lines(delimiter), codecs.getincrementaldecoder(_codec(path, encoding))(), _Utf8()
    with copy.open("wb") as out:
        for chunk in _chunks(path):
            other.feed(chunk)
            if encoding == "latin-1" and chunk.translate(None, _C1) != chunk:
                raise UnicodeError("control characters of latin-1")
            out.write(lines.feed(decoder.decode(chunk).encode("utf-8")))
        out.write(lines.feed(decoder.decode(b"", final=True).encode("utf-8")) + lines.end())
    return other.is_so(wide=encoding == "utf-16")


class _Utf8:
    """Tells whether bytes are UTF-8: with more than ASCII among them, or, where UTF-16 is expected (`wide`), without a NUL."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._more = self._nul = False
        self._fits = True

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        self._more = self._more or not chunk.isascii()
        self._nul = self._nul or b"\0" in chunk
        try:
            self._decoder.decode(chunk, final=final)
        except UnicodeError:
            self._fits = False

    def is_so(self, *, wide: bool) -> bool:
        self.feed(b"", final=True)
        return self._fits and (not self._nul if wide else self._more)


def _codec(path: Path, encoding: str) -> str:
    """The byte order of UTF-16 without a mark is told by the first character, which of a heading is nearly always below U+0100."""
    if encoding != "utf-16":
        return ENCODINGS[encoding]
    with opened(path) as handle:
        first = handle.read(2)
    return "utf-16" if first in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE) else "utf-16-be" if first[:1] == b"\0" else "utf-16-le"


class _Lines:
    """Makes CRLF outside of quotes LF. A quote opens at the start of a value only (`5" pipe` is text); `""` within quotes is one quote."""

    def __init__(self, delimiter: str) -> None:
        self._starts = (delimiter.encode("utf-8"), b"\n", b"\r")
        self._quoted = self._closed = False
        self._tail = b"\n"
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        chunk = self._held + chunk
        self._held = b"\r" if chunk.endswith(b"\r") else b""  # its LF may come with the next chunk
        parts = (chunk[:-1] if self._held else chunk).split(b'"')
        for i, part in enumerate(parts):
            if i:
                self._quote()
            if not self._quoted:
                parts[i] = part.replace(b"\r\n", b"\n")
            if part:
                self._closed, self._tail = False, (self._tail + part[-4:])[-4:]
        return b'"'.join(parts)

    def _quote(self) -> None:
        opens = not self._quoted and (self._closed or self._tail.endswith(self._starts))
        self._closed = self._quoted
        self._quoted = opens
        self._tail = b'"'

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
