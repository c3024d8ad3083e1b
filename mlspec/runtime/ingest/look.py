"""Looks at a data file as `ingest` will read it: for whoever writes a spec for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import declared_type
from mlspec.runtime.ingest.contents import check
from mlspec.runtime.ingest.read_csv import DEFAULTS, DELIMITERS
from mlspec.runtime.ingest.reading import reading
from mlspec.runtime.ingest.text_file import ENCODINGS, guess, opened, plain_text

_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Look:
    """What a file holds, by ingest's own reader.

    `read`: the options that must stand under `read` (those that are not the default); `columns`: name and type in the words of the
    language, None for what no type fits (lists, objects); `notes`: what ingest will tell; `connection`: a DuckDB with all rows, typed,
    as the table `data`, in the file's order.
    """

    format: str
    read: Mapping[str, Any]
    columns: tuple[tuple[str, str | None], ...]
    notes: tuple[Diagnostic, ...]
    connection: Any


def look(path: Path, form: str, read: Mapping[str, Any] | None = None) -> Look:
    """Read the file at `path` as `form` (csv, parquet, json, jsonl, xlsx, xml). `read`: options that are known; the others are found.

    Words for a missing value in a column of numbers, dates or timestamps become `nullValues`. Raises MLS0610 to MLS0617.
    """
    check(path, form, path.name)
    options = {**(found_options(path, read or {}) if form == "csv" else {}), **(read or {})}
    connection = tables.connect()
    notes, words = _load(connection, path, form, options)
    if words and "nullValues" not in (read or {}):
        options["nullValues"] = [*DEFAULTS["nullValues"], *words]
        notes, _ = _load(connection, path, form, options)
    columns = tuple((name, declared_type(kind)) for name, kind in tables.columns_of(connection, "data").items())
    return Look(form, {k: v for k, v in options.items() if v != DEFAULTS[k]}, columns, notes, connection)


def _load(connection: Any, path: Path, form: str, options: Mapping[str, Any]) -> tuple[tuple[Diagnostic, ...], Sequence[str]]:
    params = {"format": form, "read": {**DEFAULTS, **options}}
    with reading(connection, path, params, path.name) as found:
        connection.execute(f"CREATE OR REPLACE TABLE data AS {found.query}")
    if not connection.execute("SELECT count(*) FROM data").fetchone()[0]:
        raise problem("MLS0611", f"`{path.name}` has no rows", help="an empty source trains nothing: look at where it comes from")
    return found.notes, found.missing_words


def found_options(path: Path, known: Mapping[str, Any]) -> dict[str, Any]:
    """The encoding and the delimiter of a CSV file: the one that splits its first records alike, into the most columns."""
    encoding = known.get("encoding") or guess(path)
    options = {"encoding": encoding} if encoding in ENCODINGS else {}
    if "delimiter" in known:
        return options
    with plain_text(path, {"encoding": encoding}, path.name) as text, opened(text) as handle:
        head = handle.read(1 << 20)
    widths = {d: _width(head.decode("utf-8-sig", errors="replace"), d) for d in DELIMITERS}
    best = max(DELIMITERS, key=lambda d: widths[d])
    return options | ({"delimiter": best} if widths[best] > 1 else {})


def _width(text: str, delimiter: str) -> int:
    """How many columns the first records have, when all have the same number of them; else 0."""
    try:
        rows = [r for r, _ in zip((r for r in csv.reader(io.StringIO(text), delimiter=delimiter) if r), range(_RECORDS), strict=False)]
    except csv.Error:
        return 0
    # the last record may be cut off by the end of what was read
    widths = {len(r) for r in (rows[:-1] if len(rows) > 2 else rows)}
    return widths.pop() if len(widths) == 1 else 0
