"""JSON: one array of objects (`json`) or one object a line (`jsonl`); a column for every key, types told from all rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, problem
from mlspec.runtime.ingest.declared import as_declared
from mlspec.runtime.ingest.judge import too_long_for_doubles
from mlspec.runtime.ingest.names import check_reserved
from mlspec.runtime.ingest.text_file import opened
from mlspec.runtime.ingest.texts import Reading, tell, typed
from mlspec.runtime.tables import columns_of, ident, literal, literals

_STRINGS = ("VARCHAR", "DATE", "TIME", "TIMESTAMP", "UUID", '"NULL"')
"""Kinds that DuckDB finds in strings of JSON: text, or a date or timestamp in its plain spelling."""
_MIXED = ("JSON", "HUGEINT", "UHUGEINT", "UBIGINT")
"""Kinds whose values are looked at one by one: scalars of several kinds, and whole numbers of more than 64 bits."""
_RENAMED = re.compile(r"(.+)_[0-9]+")


def json_reading(connection: Any, path: Path, params: Mapping[str, Any], name: str) -> Reading:
    """Return how a JSON file is read; columns listed in `text` stay text. Raises MLS0611, MLS0612, MLS0615, MLS0617."""
    source = json_columns(connection, {path: name}, params)
    relation = source.relation([path])
    types = tell(connection, relation, source.judged, params, strings=source.strings)
    changes, lost = source.changes(connection, relation, params)
    items = [f"{changes[n]} AS {ident(n)}" if n in changes else typed(n, types.kinds.get(n)) for n in source.columns]
    return Reading(f"SELECT {', '.join(items)} FROM {relation}", (*types.notes, *lost))


@dataclass(frozen=True, slots=True)
class JsonColumns:
    """The columns of JSON files. `columns`: by the type that DuckDB finds; `as_text`: those to be read as text, of which `judged` may get
    a type; `strings`: those that are strings in the files.
    """

    layout: str
    columns: Mapping[str, str]
    as_text: frozenset[str]
    judged: tuple[str, ...]
    strings: frozenset[str]

    def relation(self, paths: Sequence[Path]) -> str:
        """The SQL of the rows of files."""
        return _relation(_options(paths, self.layout), self.columns, self.as_text)

    def changes(self, connection: Any, relation: str, params: Mapping[str, Any]) -> tuple[dict[str, str], list[Diagnostic]]:
        """As `as_declared`, of the columns that are not text."""
        kept = {n: kind for n, kind in self.columns.items() if n not in self.as_text}
        return as_declared(connection, relation, kept, params.get("types", {}))


def json_columns(connection: Any, shown: Mapping[Path, str], params: Mapping[str, Any]) -> JsonColumns:
    """Look at files, all of their rows. `shown`: what messages call each. Raises MLS0611, MLS0612 and MLS0615."""
    for path, name in shown.items():
        _check_layout(path, params["format"], name)
    layout, paths = "array" if params["format"] == "json" else "newline_delimited", list(shown)
    # no threshold makes one map of many keys, or of keys that few objects have
    guessing = "union_by_name = false, map_inference_threshold = -1, field_appearance_threshold = 0, maximum_sample_files = 1000000"
    found = columns_of(connection, f"read_json({_options(paths, layout)}, {guessing})", hidden=True)
    objects = f"read_json_objects([{literals(map(str, paths))}], format = '{layout}')"
    _check_names(connection, found, objects, next(iter(shown.values())))
    text = set(params.get("text", ()))
    strings = frozenset(n for n, kind in found.items() if kind.startswith(_STRINGS))
    doubles = [n for n, kind in found.items() if kind == "DOUBLE" and n not in text]
    long = too_long_for_doubles(connection, _relation(_options(paths, layout), found, doubles), doubles)
    as_text = frozenset(strings | text | long | {n for n, kind in found.items() if kind in _MIXED})
    return JsonColumns(layout, found, as_text, tuple(n for n in found if n in as_text and n not in text), strings)


def _options(paths: Sequence[Path], layout: str) -> str:
    return f"[{literals(map(str, paths))}], format = '{layout}', sample_size = -1, records = 'true'"


def _relation(options: str, found: Mapping[str, str], as_text: Collection[str]) -> str:
    columns = ", ".join(f"{literal(n)}: {literal('VARCHAR' if n in as_text else kind)}" for n, kind in found.items())
    return f"read_json({options}, columns = {{{columns}}})"


def _check_names(connection: Any, found: Iterable[str], objects: str, shown: str) -> None:
    """DuckDB calls the second of two keys that differ by case `Id_1`, and would read no value into it."""
    found = list(found)
    check_reserved(found, shown)
    folded = {n.casefold() for n in found}
    if "" in folded:
        raise problem("MLS0615", f"`{shown}`: a key has no name", help="give each column a name")
    if not any((m := _RENAMED.fullmatch(n)) and m[1].casefold() in folded for n in found):
        return
    keys = [k for (k,) in connection.execute(f"SELECT DISTINCT unnest(json_keys(json)) AS k FROM {objects} ORDER BY k").fetchall()]
    first: dict[str, str] = {}
    for key in keys:
        other = first.setdefault(key.casefold(), key)
        if other != key:
            message = f"`{shown}`: the keys `{other}` and `{key}` differ only by case"
            raise problem("MLS0615", message, help="names are compared without case: give each key a name of its own")


def _check_layout(path: Path, form: str, name: str) -> None:
    """DuckDB reads an array as one line of a `jsonl`; look at the first sign ourselves."""
    signs = _first_signs(path)
    first = signs[:1]
    if signs in (b"", b"[]"):
        raise problem(
            "MLS0611", f"`{name}` {'has no rows' if signs else 'is empty'}", help="put rows in it, or point the source at another file"
        )
    wanted, other, fix = (b"[", b"{", "jsonl") if form == "json" else (b"{", b"[", "json")
    shape = "one array of objects" if form == "json" else "one object a line"
    if first != wanted:
        hint = f"set `format: {fix}`" if first == other else "it holds no JSON rows"
        raise problem("MLS0612", f"`{name}` can't be read as {form}: it is not {shape}", help=hint)
    if form == "json" and signs != b"[{":
        message = f"`{name}` can't be read as {form}: it is not {shape}"
        raise problem("MLS0612", message, help='write each row as an object: `[{"name": "value"}, …]`')


def _first_signs(path: Path) -> bytes:
    """The first two characters that are no white space."""
    found = b""
    with opened(path) as handle:
        while len(found) < 2 and (chunk := handle.read(1 << 16)):
            found += b"".join(chunk.removeprefix(b"\xef\xbb\xbf").split())[:2]
    return found[:2]
