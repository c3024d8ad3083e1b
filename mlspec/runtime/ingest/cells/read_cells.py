"""Files of cells -> rows: types are told from all rows, as of CSV text; what a workbook says is text stays text, or is a date."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime.ingest.cells import xlsx, xml
from mlspec.runtime.ingest.cells.table import BOOLEAN, STRING, kinds_of
from mlspec.runtime.ingest.texts import Reading, tell, typed
from mlspec.runtime.tables import ident, literals

CELLS: Mapping[str, Callable[[Path, Mapping[str, Any], str, Path], None]] = {"xlsx": xlsx.write, "xml": xml.write}
"""What makes a table of cells of a file, by its format."""


@contextmanager
def as_table(path: Path, params: Mapping[str, Any], shown: str) -> Iterator[Path]:
    """Yield the cells of a file as a table. Raises MLS0611, MLS0612, MLS0615, MLS0684 and MLS0685."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        target = Path(folder) / "cells.parquet"
        CELLS[params["format"]](path, params["read"], shown, target)
        yield target


def relation_of(paths: Sequence[Path]) -> str:
    """The SQL of the rows of tables that have the same columns."""
    return f"read_parquet([{literals(map(str, paths))}])"


def cells_reading(connection: Any, relation: str, kinds: Mapping[str, str], params: Mapping[str, Any], more: Sequence[str] = ()) -> Reading:
    """Return how the columns `kinds` of a relation of text are read; those of `more` stay as they are. Raises MLS0617."""
    text = params.get("text", ())
    judged = [name for name, kind in kinds.items() if kind != BOOLEAN and name not in text]
    strings = frozenset(name for name in judged if kinds[name] == STRING)
    types = tell(connection, relation, judged, params, strings=strings, nulls=params["read"].get("nullValues", [""]))
    items = [_item(name, kind, types.kinds.get(name), name in text) for name, kind in kinds.items()]
    query = f"SELECT {', '.join([*items, *map(ident, more)])} FROM {relation}"
    return Reading(query, types.notes, types.missing_words)


def _item(name: str, kind: str, of: str | None, is_text: bool) -> str:  # noqa: FBT001 - one of four
    return f"CAST({ident(name)} AS BOOLEAN) AS {ident(name)}" if kind == BOOLEAN and not is_text else typed(name, of)


def merged(tables: Sequence[Path]) -> dict[str, str]:
    """What the columns of several tables are made of, together."""
    found: dict[str, set[str]] = {}
    for path in tables:
        for name, kind in kinds_of(path).items():
            found.setdefault(name, set()).add(kind)
    return {name: next(iter(kinds)) if len(kinds) == 1 else "any" for name, kinds in found.items()}
