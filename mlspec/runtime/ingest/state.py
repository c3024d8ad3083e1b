"""source.json: what the last reading of a source left for the next one, so that what did not change is not read again.

It stands in Git and holds no secret. It is believed only where `raw.parquet` is what that reading wrote, by the same declaration and the
same program: anything else, and a fresh clone, reads all. The rows that come of a reading never depend on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics.atomic import write_json
from mlspec.diagnostics.digest import canonical_digest
from mlspec.runtime.context import Context

NAME, ROWS = "source.json", "raw.parquet"
_FORM = 1


def remembered(context: Context, more: Mapping[str, Any] | None = None, *, rows: str | None = None) -> Mapping[str, Any] | None:
    """What the last reading left, if it can be believed; `more`: of what its declaration is made, beside the stage's section.

    `rows`: the digest of its rows, by who knows it without having them.
    """
    found = read(context.out(NAME))
    if found.get("by") != _by(context, more) or found.get("rows") != (rows or _digest(context.out(ROWS))):
        return None
    told = found.get("remembers")
    return told if isinstance(told, dict) else None


def remember(context: Context, told: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> None:
    """Write what this reading leaves; `raw.parquet` must be there."""
    form = {"form": _FORM, "by": _by(context, more), "rows": _digest(context.out(ROWS)), "remembers": dict(told)}
    write_json(context.out(NAME), form)


def read(path: Path) -> Mapping[str, Any]:
    """The file as it is; empty where it is missing, or none of ours."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("form") == _FORM else {}


def _by(context: Context, more: Mapping[str, Any] | None) -> str:
    """The digest of what decides on the rows beside the source itself: the section, and the libraries that read and write them."""
    from mlspec import __version__

    libraries = [_version(name) for name in ("duckdb", "pyarrow")]
    return canonical_digest([dict(context.params), dict(more or {}), libraries, __version__])


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # installed in a way of its own
        return None


def _digest(path: Path) -> str | None:
    """`md5:<hex>`, as DVC has it; None where no file is."""
    try:
        with path.open("rb") as file:
            return "md5:" + hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError:
        return None
