"""CSV: the header read by us, every line checked by DuckDB, types told from all rows and never from a sample.

DuckDB's own detection is not used: it drops lines that don't fit, takes `Yes` for a boolean, `007` for 7 and `1/2/2020` for a date.
A column is integer, number, date or timestamp only when every value is one in its plain spelling; else it is text, for `clean` to judge.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from mlspec.diagnostics import problem
from mlspec.runtime.tables import ident, literal, literals

INTEGER_TEXT = r"\s*[+-]?(0|[1-9][0-9]*)\s*"
NUMBER_TEXT = r"\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
DATE_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIMESTAMP_TEXT = DATE_TEXT + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
CANDIDATES = (("BIGINT", INTEGER_TEXT), ("DOUBLE", NUMBER_TEXT), ("DATE", DATE_TEXT), ("TIMESTAMP", TIMESTAMP_TEXT))
_ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "utf-16": "utf-16"}


def csv_query(connection: Any, path: Path, params: Mapping[str, Any], shown: str) -> str:
    """Return the SELECT over a CSV file. Raises MLS0611, MLS0612, MLS0615, or DuckDB's error for a line that doesn't fit."""
    names = _names(path, params["read"], shown)
    relation = _relation(path, params["read"], names)
    types = _types(connection, relation, [n for n in names if n not in params.get("text", ())])
    items = [f"{cast(ident(n), types[n])} AS {ident(n)}" if n in types else ident(n) for n in names]
    return f"SELECT {', '.join(items)} FROM {relation}"


def _names(path: Path, read: Mapping[str, Any], shown: str) -> list[str]:
    first = _first_record(path, read, shown)
    if not read.get("header", True):
        return [f"column{i}" for i in range(len(first))]
    names = [name.strip() for name in first]
    if "" in names:
        where = names.index("") + 1
        raise problem("MLS0615", f"`{shown}`: column {where} of {len(names)} has no name", help="name it in the file's first line")
    folded = [name.casefold() for name in names]
    for name in names:
        if folded.count(name.casefold()) > 1:
            raise problem("MLS0615", f"`{shown}`: two columns are called `{name}`", help="give each column a name of its own")
    return names


def _first_record(path: Path, read: Mapping[str, Any], shown: str) -> list[str]:
    try:
        with _open(path, _ENCODINGS[read.get("encoding", "utf-8")]) as handle:
            found = next((r for r in csv.reader(handle, delimiter=read.get("delimiter", ",")) if r), None)
    except (UnicodeError, csv.Error, OSError, EOFError) as error:
        raise problem("MLS0612", f"`{shown}` can't be read as csv: {error}", help="check `read.encoding` and `format`") from error
    if found is None:
        raise problem("MLS0611", f"`{shown}` is empty", help="put rows in it, or point the source at another file")
    return found


def _open(path: Path, encoding: str) -> TextIO:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _relation(path: Path, read: Mapping[str, Any], names: Sequence[str]) -> str:
    columns = ", ".join(f"{literal(n)}: 'VARCHAR'" for n in names)
    options = {
        "delim": literal(read.get("delimiter", ",")),
        "quote": "'\"'",
        "escape": "'\"'",
        "header": literal(bool(read.get("header", True))),
        "nullstr": f"[{literals(read.get('nullValues', ['']))}]",
        "encoding": literal(read.get("encoding", "utf-8")),
        "auto_detect": "false",
        "strict_mode": "true",
        "columns": f"{{{columns}}}",
    }
    return f"read_csv({literal(str(path))}, {', '.join(f'{k} = {v}' for k, v in options.items())})"


def _types(connection: Any, relation: str, names: Sequence[str]) -> dict[str, str]:
    """The type of each column that is not text: one pass over all rows."""
    if not names:
        return {}
    tests = [f"count({ident(n)})" for n in names]
    tests += [f"bool_and({fits(ident(n), kind, pattern)})" for n in names for kind, pattern in CANDIDATES]
    answer = connection.execute(f"SELECT {', '.join(tests)} FROM {relation}").fetchone()
    counts, fitting = answer[: len(names)], answer[len(names) :]
    found = {}
    for i, name in enumerate(names):
        own = fitting[i * len(CANDIDATES) : (i + 1) * len(CANDIDATES)]
        kind = next((kind for (kind, _), fit in zip(CANDIDATES, own, strict=True) if fit), None)
        if counts[i] and kind:
            found[name] = kind
    return found


def fits(column: str, kind: str, pattern: str) -> str:
    """SQL: a text value is spelled like the type and can be cast to it; NULL for a missing one."""
    return f"regexp_full_match({column}, {literal(pattern)}) AND {cast(column, kind, 'TRY_')} IS NOT NULL"


def cast(column: str, kind: str, attempt: str = "") -> str:
    """SQL: a text value as a type. A timestamp with a zone becomes UTC: DuckDB's direct cast would drop the zone."""
    if kind != "TIMESTAMP":
        return f"{attempt}CAST({column} AS {kind})"
    return f"CAST({attempt}CAST({column} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)"
