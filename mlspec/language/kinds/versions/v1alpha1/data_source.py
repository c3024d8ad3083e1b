"""kind: DataSource, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `source: {type: csv, path: …}` | `format: csv` and `file: {path: …}` |
| `source: {url: …, checksum: …, timeout, retries}` | `http: {url: …, sha256: …, timeout, retries}` |
| `source: {callable: …}` | `python: {callable: …}` |
| `csv: {separator: ";", …}` | `read: {delimiter: ";", …}` |
| `schema: {hour: integer, weather: {type: string, pii: true}}` | `columns: [{name: hour, type: integer}, …]` |
| `steps: [{do: cast, column: hour, to: integer}]` | `clean: [{cast: {column: hour, to: integer}}]` |
| `primaryKey`, `timestampColumn`, `undeclaredColumns` | `key`, `timeColumn`, `extraColumns` |
| | `contract`, `sql`, `object`, `from`, `refresh` and `datasheet` are new |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.language.kinds.versions.forms import ListOfNamed, Tagged, Variant
from mlspec.language.kinds.versions.part import Log, Part
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within

_LOCATIONS = {"path": "file", "url": "http", "callable": "python"}
"""The key that tells where v1alpha1's `source` is, to v1's key for it; the first that is there counts."""
_HELP = "`source` takes `path`, `url` or `callable`, and a `type`"
_CLEAN = {
    "rename": Variant("rename", "columns"),
    "replace": Variant("replace"),
    "cast": Variant("cast"),
    "fillMissing": Variant("fillMissing"),
    "dropDuplicates": Variant("dropDuplicates"),
    "filter": Variant("filter", "where"),
    "derive": Variant("derive"),
    "drop": Variant("drop", "columns"),
}


@dataclass(frozen=True, slots=True)
class _Location:
    """`source` with the format as its `type`, against one key a way to get rows."""

    def up(self, part: Part, log: Log) -> None:
        for key in (*_LOCATIONS.values(), "format"):
            if key in part.value:
                log.foreign(part.value[key], key, f"write `source: {{…}}`: {_HELP}")
        source = part.value.pop("source", None)
        if source is None:
            return
        found = next((k for k in _LOCATIONS if isinstance(source.value, dict) and k in source.value), None)
        if found is None:
            log.add(source.at, "`source` does not say where the rows are", _HELP)
            return
        format_ = source.value.pop("type", None)
        part.value |= {_LOCATIONS[found]: source} | ({"format": format_} if format_ is not None else {})

    def down(self, part: Part, log: Log) -> None:
        given = [key for key in _LOCATIONS.values() if key in part.value]
        held = part.value.get(given[0]) if len(given) == 1 else None
        tells = next((k for k in _LOCATIONS if held and isinstance(held.value, dict) and k in held.value), None)
        if held is None or tells is None or _LOCATIONS[tells] != given[0] or "type" in held.value or "source" in part.value:
            log.inexpressible(part.at, "this way to get rows", "write exactly one of `file`, `http` and `python`, with its keys")
            return
        del part.value[given[0]]
        format_ = part.value.pop("format", None)
        held.value = ({"type": format_} if format_ is not None else {}) | held.value
        part.value["source"] = held

    def words(self) -> Iterable[tuple[str, str]]:
        return [("file", "source"), ("http", "source"), ("python", "source"), ("format", "source.type")]


STEPS: tuple[Step, ...] = (
    Within(
        "spec",
        (
            Absent("contract"),
            Absent("sql"),
            Absent("object"),
            Absent("from"),
            Absent("refresh"),
            Absent("datasheet"),
            _Location(),
            Within("http", (Move("checksum", "sha256"),)),
            Move("csv", "read"),
            Within("read", (Move("separator", "delimiter"),)),
            Move("schema", "columns"),
            ListOfNamed("columns", "name", short="type"),
            Move("steps", "clean"),
            Tagged("clean", "do", _CLEAN),
            Move("primaryKey", "key"),
            Move("timestampColumn", "timeColumn"),
            Move("undeclaredColumns", "extraColumns"),
        ),
    ),
)
