"""CSV: the header read by us, every line checked by DuckDB, types told from all rows and never from a sample.

DuckDB's own detection is not used: it drops lines that don't fit, takes `Yes` for a boolean, `007` for 7 and `1/2/2020` for a date.
A column is integer, number, date or timestamp only when every value is one in its plain spelling; else it is text, for `clean` to judge.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.ingest.pandas_index import look_alikes
from mlspec.runtime.ingest.text_file import opened, undecodable
from mlspec.runtime.ingest.texts import Reading, tell, typed
from mlspec.runtime.tables import literal, literals

DEFAULTS: Mapping[str, Any] = {"delimiter": ",", "nullValues": [""], "encoding": "utf-8", "header": True}
"""What `read` is where a spec says nothing."""
DELIMITERS = (",", ";", "\t", "|")
_EXCEL_HINT = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, and how many empty lines stand before them."""

    names: list[str]
    skip: int


def csv_reading(connection: Any, path: Path, params: Mapping[str, Any], shown: str) -> Reading:
    """Return how a CSV file (plain text: `text_file.py`) is read.

    Raises MLS0611, MLS0612, MLS0615, MLS0617, or DuckDB's error for a line that doesn't fit.
    """
    heading = read_heading(path, params["read"], shown)
    relation = csv_relation([path], params["read"], heading.names, heading.skip)
    nulls = params["read"].get("nullValues", [""])
    names = [n for n in heading.names if n not in params.get("text", ())]
    types = tell(connection, relation, names, params, nulls=nulls)
    items = ", ".join(typed(n, types.kinds.get(n)) for n in heading.names)
    notes = (*look_alikes(shown, heading.names, params), *types.notes)
    return Reading(f"SELECT {items} FROM {relation}", notes, types.missing_words)


def read_heading(path: Path, read: Mapping[str, Any], shown: str) -> Heading:
    """Return the names of a CSV file's columns; `column0`, … without a heading. Raises MLS0611, MLS0612, MLS0615."""
    skip, records = _first_records(path, read, shown)
    first = records[0]
    _check_delimiter(records, read, shown)
    if not read.get("header", True):
        return Heading([f"column{i}" for i in range(len(first))], skip)
    names = [name.strip() for name in first]
    if "" in names:
        where = names.index("") + 1
        fix = f"name it in the file's first line{' (pandas: `index=False` leaves its index out)' if where == 1 else ''}"
        raise problem("MLS0615", f"`{shown}`: column {where} of {len(names)} has no name", help=fix)
    check_reserved(names, shown)
    folded = [name.casefold() for name in names]
    for name in names:
        if folded.count(name.casefold()) > 1:
            raise problem("MLS0615", f"`{shown}`: two columns are called `{name}`", help="give each column a name of its own")
    return Heading(names, skip)


def _first_records(path: Path, read: Mapping[str, Any], shown: str) -> tuple[int, list[list[str]]]:
    """How many empty lines come first, and the first two records after them."""
    try:
        with io.TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as handle:
            skip, line = 0, handle.readline()
            while line and not line.strip(" \r\n"):
                skip, line = skip + 1, handle.readline()
            if _EXCEL_HINT.fullmatch(line):
                fix = "take that line out, and name the delimiter under `read.delimiter`"
                raise problem("MLS0612", f"`{shown}` can't be read as csv: line {skip + 1} is Excel's `{line.strip()}`", help=fix)
            reader = csv.reader([line, *handle.readlines(1 << 20)] if line else [], delimiter=read.get("delimiter", ","))
            records = [r for r, _ in zip(reader, range(2), strict=False)]
    except UnicodeError as error:
        raise undecodable(path, "utf-8", shown) or problem("MLS0612", f"`{shown}` is not utf-8 text: {error}") from error
    except csv.Error as error:
        raise problem("MLS0612", f"`{shown}` can't be read as csv: {error}", help="check `read.encoding` and `format`") from error
    if not records:
        raise problem("MLS0611", f"`{shown}` is empty", help="put rows in it, or point the source at another file")
    return skip, records


def _check_delimiter(records: Sequence[Sequence[str]], read: Mapping[str, Any], shown: str) -> None:
    """A file that another delimiter would split, and this one doesn't, would become one column of text."""
    if len(records[0]) != 1 or len(records) < 2:
        return
    cells = [r[0] if r else "" for r in records]
    other = next((d for d in DELIMITERS if d in cells[0] and len({c.count(d) for c in cells}) == 1), None)
    if other:
        found, spelled = ("a tab", '"\\t"') if other == "\t" else (f"`{other}`", f'"{other}"')
        message = f"`{shown}` can't be read as csv: no `{read.get('delimiter', ',')}` stands in its first lines, and {found} does"
        raise problem("MLS0612", message, help=f"set `read: {{delimiter: {spelled}}}`")


def csv_relation(paths: Sequence[Path], read: Mapping[str, Any], names: Sequence[str], skip: int) -> str:
    """The SQL of the rows of files that have one heading, all of them text. `skip`: the empty lines before it."""
    columns = ", ".join(f"{literal(n)}: 'VARCHAR'" for n in names)
    options = {
        "delim": literal(read.get("delimiter", ",")),
        "quote": "'\"'",
        "escape": "'\"'",
        "header": literal(bool(read.get("header", True))),
        "nullstr": f"[{literals(read.get('nullValues', ['']))}]",
        "encoding": "'utf-8'",
        "skip": literal(skip),
        "auto_detect": "false",
        "strict_mode": "true",
        "columns": f"{{{columns}}}",
    }
    return f"read_csv([{literals(map(str, paths))}], {', '.join(f'{k} = {v}' for k, v in options.items())})"
