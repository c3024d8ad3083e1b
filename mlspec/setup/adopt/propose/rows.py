"""Looks at the rows that are here, by the code of `init --data`: types of columns, and what the target is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.setup.adopt.code.values import Read, Step
from mlspec.setup.init.convert import missing_words
from mlspec.setup.init.look import Look, look_at

MAX_BYTES = 100_000_000
"""Larger files are not looked at: the proposal names no columns then, and says so."""


@dataclass(frozen=True, slots=True)
class Rows:
    """`kinds`: {column: type}, after the steps; `why`: why nothing is known. `classes`: how many values the target has, and how rare the
    last one is.
    """

    kinds: Mapping[str, str]
    count: int = 0
    classes: int = 0
    positive: float = 0.5
    read: Mapping[str, Any] | None = None
    why: str = ""


def look(root: Path, read: Read, steps: Sequence[Step], target: str) -> Rows:
    """Read the file as `ingest` will, clean it as `clean` will. What can't be is said, and nothing is raised."""
    import duckdb

    path = str(read.path.value)
    full = root / path
    if "://" in path or not full.resolve().is_relative_to(root.resolve()) or not full.is_file():
        return Rows({}, why=f"`{path}` is not here: `dvc pull` fetches what DVC tracks")
    if full.stat().st_size > MAX_BYTES:
        return Rows({}, why=f"`{path}` has more than {MAX_BYTES // 1_000_000} MB")
    try:
        return _looked(_opened(root, path, read), steps, target)
    except Problems as problems:
        return Rows({}, why=problems.diagnostics[0].message)
    except duckdb.Error as error:
        return Rows({}, why=str(error).splitlines()[0])


def _opened(root: Path, path: str, read: Read) -> Look:
    options = {k: v for k, v in read.options.items() if k != "nullValues"}
    nulls = list(read.options.get("nullValues", ()))[1:]
    look = look_at(root, path, options, nulls)
    if look.format != "csv" or nulls:
        return look
    words, _, _ = missing_words(look)
    return look_at(root, path, {k: v for k, v in look.read.items() if k != "nullValues"}, words) if words else look


def _looked(look: Look, steps: Sequence[Step], target: str) -> Rows:
    for step in steps:
        look.apply(step.form)
    kinds = {name: kind for name, kind in look.kinds().items() if kind}
    count = int(look.connection.execute("SELECT count(*) FROM data").fetchone()[0])
    classes = [rows for _, rows in look.classes(target)] if target in kinds else []
    positive = classes[-1] / sum(classes) if classes else 0.5
    return Rows(kinds, count, len(classes), positive, dict(look.read))
