"""How a task and its answer travel: a JSON document and files, as bytes. The same content gives the same bytes.

A line of JSON says the document, and of each file its path, size and sha256; the files' bytes follow; all of it is compressed. Whoever
reads it bounds what it may grow to, and checks every digest. Nothing is unpickled, and no path is written to before it was looked at.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

MAX_BYTES = 256 << 20
"""Of a pack, uncompressed, whoever made it."""
_LEVEL = 1


class NoPackError(ValueError):
    """The bytes are no pack; the text says why."""


class Packed(NamedTuple):
    """A JSON document and {path: bytes}."""

    document: dict[str, Any]
    files: dict[str, bytes]


def sha256(content: bytes) -> str:
    """The digest by which a task and its files are named."""
    return hashlib.sha256(content).hexdigest()


def pack(document: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a document and its files."""
    rows = [[path, len(content), sha256(content)] for path, content in sorted(files.items())]
    head = json.dumps({"document": document, "files": rows}, sort_keys=True, ensure_ascii=True, allow_nan=False).encode()
    return zlib.compress(b"".join((head, b"\n", *(files[path] for path in sorted(files)))), _LEVEL)


def unpack(content: bytes, limit: int = MAX_BYTES) -> Packed:
    """Return what was packed. Raises NoPackError for anything else, for more than `limit` bytes, and where a file is not what is said."""
    plain = _inflated(content, limit)
    head, mark, rest = plain.partition(b"\n")
    try:
        form: Any = json.loads(head) if mark else None
        document, rows = form["document"], [(str(path), int(size), str(digest)) for path, size, digest in form["files"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NoPackError("its heading can't be read") from error
    if not isinstance(document, dict) or len({path for path, *_ in rows}) != len(rows):
        raise NoPackError("its heading can't be read")
    return Packed(document, _files(rows, rest))


def _inflated(content: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(content, limit + 1)
    except zlib.error as error:
        raise NoPackError("it is damaged") from error
    if len(plain) > limit:
        raise NoPackError(f"it has more than {limit:,} bytes")
    if not stream.eof or stream.unused_data:
        raise NoPackError("it is cut off" if not stream.eof else "something follows it")
    return plain


def _files(rows: list[tuple[str, int, str]], content: bytes) -> dict[str, bytes]:
    found, at = dict[str, bytes](), 0
    for path, size, digest in rows:
        part = content[at : at + size] if size >= 0 else b""
        if len(part) != size or sha256(part) != digest:
            raise NoPackError(f"`{path[:200]}` in it is not what its heading says")
        found[path], at = part, at + size
    if at != len(content):
        raise NoPackError("something follows its files")
    return found
