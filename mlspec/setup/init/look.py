"""Opens a data file as the stage `ingest` would, and cleans it as the stage `clean` would: what is found is what the specs will meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, did_you_mean, problem
from mlspec.language.kinds.data_source import FORMATS
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import declared_type
from mlspec.runtime.clean.steps import apply_step
from mlspec.runtime.ingest import look as ingesting


@dataclass(frozen=True, slots=True)
class Look:
    """A file in the table `data` (with the hidden row column); the `read` options that it needs; what ingest tells of it."""

    connection: Any
    format: str
    read: Mapping[str, Any]
    notes: tuple[Diagnostic, ...]

    def kinds(self) -> dict[str, str | None]:
        """{column: the type that the language has for it}; None for lists and objects, which it has none for."""
        return {name: declared_type(kind) for name, kind in tables.columns_of(self.connection, "data").items()}

    def classes(self, column: str) -> list[tuple[Any, int]]:
        """(value, rows) of a column, in the order of the values as text; missing values left out."""
        c = tables.ident(column)
        query = f"SELECT {c}, count(*) FROM data WHERE {c} IS NOT NULL GROUP BY 1 ORDER BY CAST({c} AS VARCHAR)"
        found: list[tuple[Any, int]] = self.connection.execute(query).fetchall()
        return found

    def texts(self) -> list[str]:
        return [name for name, kind in self.kinds().items() if kind == "string"]

    def apply(self, step: Mapping[str, Any]) -> None:
        """Run a step of `clean` as its stage does. Raises what the stage raises."""
        apply_step(self.connection, step, f"clean ({next(iter(step))})", {})


def look_at(root: Path, path: str, read: Mapping[str, Any] | None = None, nulls: Sequence[str] = ()) -> Look:
    """Open the file at `path` (relative to `root`). `nulls`: texts that mean a missing value, besides the empty one.

    Raises MLS0601 where there is no such file, MLS0103 where its suffix is of no format, MLS0610 to MLS0617.
    """
    form = format_of(path)
    if not (root / path).is_file():
        raise problem("MLS0601", f"there is no file `{path}`", help="give a path inside the project's folder")
    known = {**(read or {}), "nullValues": ["", *nulls]} if form == "csv" else None
    found = ingesting.look(root / path, form, known)
    found.connection.execute(f"CREATE OR REPLACE TABLE data AS SELECT row_number() OVER () AS {tables.ROW}, * FROM data")
    return Look(found.connection, form, found.read, found.notes)


def format_of(path: str) -> str:
    """The format that the suffix says. Raises MLS0103."""
    name = path.casefold()
    found = next((form for suffix, form in FORMATS.items() if name.endswith((suffix, f"{suffix}.gz"))), None)
    if found is None:
        advice = did_you_mean(Path(name).suffix, FORMATS)
        raise problem("MLS0103", f"`{path}` is no csv, parquet, json, jsonl, xlsx or xml file", help=advice)
    return found
