"""The listing of a folder in DVC's store: JSON rows of a path and an md5. Whoever may write to the store may have written it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import PurePosixPath

from mlspec.diagnostics import Problems, problem

OID = re.compile(r"[0-9a-f]{32}(\.dir)?")
LONGEST = 255
"""Bytes of a name, as file systems have it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_listing(content: bytes, oid: str, label: str) -> dict[str, str]:
    """{relative path: md5} of a folder. Raises MLS0972 for what is no listing, leaves the folder, or no folder can hold."""
    try:
        rows = [(str(row["relpath"]), str(row["md5"])) for row in json.loads(content)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise problem("MLS0972", f"{label}: {oid} is no listing of a folder", help="the record is broken: restore it from Git") from None
    for relative, md5 in rows:
        path = PurePosixPath(relative)
        if path.is_absolute() or ".." in path.parts or "\\" in relative or "\0" in relative or not OID.fullmatch(md5):
            raise _refused(label, relative, "leaves the folder")
        if not _is_sound(relative):
            raise _refused(label, relative, "is no file's name")
    names = sorted(tuple(name.split("/")) for name, _ in rows)
    for one, other in pairwise(names):
        if other[: len(one)] == one:
            raise _refused(label, "/".join(other), "can't stand beside another of its names")
    return dict(rows)


def _is_sound(relative: str) -> bool:
    """One way to write a path, and text that a file system takes: no surrogates, no control characters, no names that are too long."""
    return _is_text(relative) and str(PurePosixPath(relative)) == relative != "." and all(map(_fits, relative.split("/")))


def _is_text(relative: str) -> bool:
    return not _CONTROL.search(relative) and not any("\ud800" <= c <= "\udfff" for c in relative)


def _fits(name: str) -> bool:
    return 0 < len(name.encode()) <= LONGEST


def _refused(label: str, relative: str, why: str) -> Problems:
    shown = "".join(c if c.isprintable() else "?" for c in relative[:200])
    return problem("MLS0972", f"the listing of {label} names `{shown}`, which {why}", help="do not use this store")
