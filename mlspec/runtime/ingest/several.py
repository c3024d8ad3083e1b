"""Several files as the rows of one source: in their order, of one schema, with what their folders say as columns of text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.words import some
from mlspec.runtime import report, tables
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import contents, reading, row_a_file
from mlspec.runtime.ingest.archives.members import is_archive
from mlspec.runtime.ingest.archives.unpack import unpacked
from mlspec.runtime.ingest.cells.read_cells import CELLS, as_table, cells_reading, merged, relation_of
from mlspec.runtime.ingest.cells.table import kinds_of
from mlspec.runtime.ingest.json_fault import check_encoding, without_mark
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.ingest.patterns import Part, Pattern, partitions
from mlspec.runtime.ingest.read_csv import csv_relation, read_heading
from mlspec.runtime.ingest.read_json import json_columns
from mlspec.runtime.ingest.read_parquet import parquet_columns, typed_query
from mlspec.runtime.ingest.text_file import plain_text
from mlspec.runtime.ingest.texts import Reading, tell, typed
from mlspec.runtime.tables import ident, literal, literals

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)


def parts_of(path: Path, shown: str, member: str | None, pattern: Pattern, scratch: Path) -> list[Part]:
    """A file as a part; an archive as its members that are meant. `pattern`: the one that names the file; `scratch`: for what is unpacked.

    What folders after the first `*` of a pattern name are columns. Raises MLS0615, and MLS0683.
    """
    below = shown.removeprefix(pattern.prefix)
    own = {} if pattern.is_plain else _folders(below, shown)
    if member is None and not is_archive(path.name):
        return [Part(path, shown, own, below=below)]
    inner = Path(tempfile.mkdtemp(dir=scratch))
    prefix = "" if member is None or Pattern(member).is_plain else Pattern(member).prefix
    parts = []
    for name, file in unpacked(path, member, shown, inner):
        folders = {} if member is None or Pattern(member).is_plain else _folders(name.removeprefix(prefix), f"{shown}: {name}")
        parts.append(Part(file, f"{shown}: {name}", own | folders, name, name.removeprefix(prefix)))
    return parts


def _folders(name: str, shown: str) -> dict[str, str | None]:
    try:
        return partitions(name)
    except ValueError as error:
        raise problem("MLS0615", f"`{shown}`: folders name the column `{error}` twice", help="rename one of them") from error


def write_parts(context: Context, parts: Sequence[Part], *, http: bool = False) -> None:
    """Write the rows of files to `raw.parquet`, in the order of `parts`. Raises MLS0610 to MLS0617, and MLS0682."""
    if context.params["format"] in row_a_file.COLUMNS:
        row_a_file.write(context, parts)
        return
    if len(parts) == 1 and not parts[0].folders:
        reading.write(context, parts[0].path, parts[0].shown, http=http)
        return
    connection = tables.connect()
    empty = problem("MLS0611", f"`{parts[0].shown}` and the other files have no rows", help="look at where they come from")
    with _reading(connection, parts, context.params) as found:
        if found.notes:
            report.show(found.notes)
        tables.write_arrow(tables.stream(connection, found.query), context.out("raw.parquet"), empty=empty)


@contextmanager
def _reading(connection: Any, parts: Sequence[Part], params: Mapping[str, Any]) -> Iterator[Reading]:
    import duckdb

    form = params["format"]
    for part in parts:
        if part.path.stat().st_size == 0:
            raise problem("MLS0611", f"`{part.shown}` is empty", help="put rows in it, or take it away")
        contents.check(part.path, form, part.shown)
    asked = parts
    try:
        with ExitStack() as stack:
            asked = [replace(part, path=_prepared(stack, part, params)) for part in parts]
            read = {"csv": _csv, "parquet": _parquet, **dict.fromkeys(CELLS, _cells)}.get(form, _json)
            yield read(connection, asked, params)
    except duckdb.Error as error:
        index = next((n for n, part in enumerate(asked) if str(part.path) in str(error)), 0)
        raise reading.unreadable(error, parts[index].path, parts[index].shown, params) from error


def _prepared(stack: ExitStack, part: Part, params: Mapping[str, Any]) -> Path:
    """The file as its reader takes it."""
    if params["format"] in CELLS:
        return stack.enter_context(as_table(part.path, params, part.shown))
    if params["format"] == "csv":
        return stack.enter_context(plain_text(part.path, params["read"], part.shown))
    if params["format"] == "parquet":
        return part.path
    path = stack.enter_context(without_mark(part.path, params["format"]))
    check_encoding(path, params["format"], part.shown)
    return path


def _csv(connection: Any, parts: Sequence[Part], params: Mapping[str, Any]) -> Reading:
    headings = [read_heading(part.path, params["read"], part.shown) for part in parts]
    found = [replace(p, columns=dict.fromkeys(h.names, "VARCHAR"), skip=h.skip) for p, h in zip(parts, headings, strict=True)]
    names, notes = _names(found)
    relation = _union(found, names, lambda run: csv_relation([p.path for p in run], params["read"], list(run[0].columns), run[0].skip))
    own = [n for n in names if n not in params.get("text", ()) and n not in _folder_names(found)]
    types = tell(connection, relation, own, params, nulls=params["read"].get("nullValues", [""]))
    items = ", ".join(typed(n, types.kinds.get(n)) if n in own else ident(n) for n in names)
    return Reading(f"SELECT {items} FROM {relation}", (*notes, *types.notes), types.missing_words)


def _cells(connection: Any, parts: Sequence[Part], params: Mapping[str, Any]) -> Reading:
    found = [replace(part, columns=dict.fromkeys(kinds_of(part.path), "VARCHAR")) for part in parts]
    names, notes = _names(found)
    relation = _union(found, names, lambda run: relation_of([p.path for p in run]))
    kinds, folders = merged([part.path for part in parts]), _folder_names(found)
    reading = cells_reading(connection, relation, {n: kinds[n] for n in names if n not in folders}, params, folders)
    return replace(reading, notes=(*notes, *reading.notes))


def _parquet(connection: Any, parts: Sequence[Part], params: Mapping[str, Any]) -> Reading:
    found = [replace(part, columns=parquet_columns(connection, part.path, part.shown)) for part in parts]
    names, notes = _names(found)
    _check_types(found, names)
    relation = _union(found, names, lambda run: f"read_parquet([{tables.literals(str(p.path) for p in run)}])")
    query, told = typed_query(connection, relation, tables.columns_of(connection, relation), params)
    return Reading(query, (*notes, *told))


def _json(connection: Any, parts: Sequence[Part], params: Mapping[str, Any]) -> Reading:
    """Keys that an object lacks are what JSON is like: files are looked at as one."""
    shown = {part.path: part.shown for part in parts}
    source = json_columns(connection, shown, params)
    found = [replace(part, columns=source.columns) for part in parts]
    names, notes = _names(found)
    relation = _union(found, names, lambda run: source.relation([p.path for p in run]))
    own = [n for n in source.judged if n in names]
    types = tell(connection, relation, own, params, strings=source.strings)
    changes, lost = source.changes(connection, relation, params)
    items = [f"{changes[n]} AS {ident(n)}" if n in changes else typed(n, types.kinds.get(n)) for n in names]
    return Reading(f"SELECT {', '.join(items)} FROM {relation}", (*notes, *types.notes, *lost))


def _folder_names(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.folders))


def _names(parts: Sequence[Part]) -> tuple[list[str], list[Diagnostic]]:
    """All columns: those of the first file, then what others have more, then those of folders. Notes tell what a file lacks.

    Raises MLS0615 for names that differ by case, or stand in a file and in its folders.
    """
    folders = _folder_names(parts)
    check_reserved(folders, parts[0].shown)
    first: dict[str, tuple[str, Part]] = {}
    for part in parts:
        for name in (*part.columns, *part.folders):
            other, where = first.setdefault(name.casefold(), (name, part))
            if other != name:
                message = f"`{where.shown}` has the column `{other}`, and `{part.shown}` `{name}`"
                raise problem("MLS0615", message, help="names are compared without case: spell it the same in all files")
        if both := next((n for n in part.columns if n in folders), None):
            message = f"the column `{both}` stands in `{part.shown}` and in the names of folders"
            raise problem("MLS0615", message, help="rename the folders, or leave the column out of the files")
    own = list(dict.fromkeys(name for part in parts for name in part.columns))
    lacking = {n: [p.shown for p in parts if n not in p.columns] for n in own}
    return [*own, *folders], [_lacks(n, shown, len(parts)) for n, shown in lacking.items() if shown]


def _lacks(name: str, shown: Sequence[str], count: int) -> Diagnostic:
    message = (
        f"the column `{name}` is missing in {len(shown):,} of {count:,} files, and so are its values: {some([f'`{s}`' for s in shown], 3)}"
    )
    fix = "if that is so, declare it under `columns`, and say by a rule what may be missing; else write the files anew"
    return Diagnostic("MLS0682", message, help=fix, severity="warning")


def _check_types(parts: Sequence[Part], names: Sequence[str]) -> None:
    for name in names:
        first: dict[str, Part] = {}
        for part in parts:
            if name in part.columns:
                first.setdefault(_family(part.columns[name]), part)
        if len(first) > 1:
            one, other = list(first.values())[:2]
            message = f"the column `{name}` is {one.columns[name]} in `{one.shown}`, and {other.columns[name]} in `{other.shown}`"
            raise problem("MLS0682", message, help="write the files with one type for the column")


def _family(kind: str) -> str:
    """What goes together without a loss: numbers of any width, days and times without a zone; all else only with itself."""
    if kind.startswith(_NUMBERS):
        return "number"
    return "moment" if kind == "DATE" or (kind.startswith("TIMESTAMP") and "TZ" not in kind and "ZONE" not in kind) else kind


_INDEX = "file_index"
"""DuckDB's own column of which of several files a row is from, counted from 0; unless the files have one of that name."""


def _union(parts: Sequence[Part], names: Sequence[str], relation_of: Callable[[list[Part]], str]) -> str:
    """The SQL of all rows in the order of files. Files in a row that have the same columns are read as one, whatever their folders."""

    def alike(part: Part) -> tuple[Any, ...]:
        has_own = _INDEX in {name.casefold() for name in part.columns}
        return tuple(part.columns.items()), part.skip, tuple(part.folders.items()) if has_own else ()

    selects, folders = [], _folder_names(parts)
    for _, members in groupby(parts, alike):
        run = list(members)
        items = [
            ident(n) if n in run[0].columns else f"{_folder_value(run, n)} AS {ident(n)}" if n in folders else f"NULL AS {ident(n)}"
            for n in names
        ]
        selects.append(f"SELECT {', '.join(items)} FROM {relation_of(run)}")
    return f"({' UNION ALL '.join(selects)})"


def _folder_value(run: Sequence[Part], name: str) -> str:
    """What the folders of each file say, as SQL."""
    values = [part.folders.get(name) for part in run]
    if len(set(values)) == 1:
        return f"CAST({literal(values[0])} AS VARCHAR)"
    return f"list_extract(CAST([{literals(values)}] AS VARCHAR[]), CAST({_INDEX} AS BIGINT) + 1)"
