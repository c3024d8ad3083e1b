"""The kinds of location that a DataSource has rows from, a row each: nothing else lists them.

A new kind is what it declares (a file beside this one, and a field of DataSourceSpec), its row here, and what reads it
(`mlspec/runtime/ingest/locations.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword

from mlspec.diagnostics.words import either
from mlspec.language.kinds.locations.file import FileLocation
from mlspec.language.kinds.locations.http import HttpLocation
from mlspec.language.kinds.locations.location import LocationSettings
from mlspec.language.kinds.locations.made import MadeLocation
from mlspec.language.kinds.locations.object import ObjectLocation
from mlspec.language.kinds.locations.python import PythonLocation
from mlspec.language.kinds.locations.sql import SqlLocation


@dataclass(frozen=True, slots=True)
class LocationKind:
    """`name`: its key under `spec`; `settings`: what stands there.

    `remembers`: whether `ingest` leaves a `source.json`, by which the next reading asks for what changed only, and the rows stay where a
    reading fails. `in_git`: whether Git or DVC has the content itself, so that a checkout can read it again. `has_runtime`:
    whether this version reads it. `extra`: of mlspec's, which brings what reads it; `needs`: the distributions that it brings for that.
    """

    name: str
    settings: type[LocationSettings]
    remembers: bool = False
    in_git: bool = False
    has_runtime: bool = True
    extra: str = "local"
    needs: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The field of DataSourceSpec that holds it: Python has `from` for itself."""
        return f"{self.name}_" if iskeyword(self.name) else self.name


_ROWS = (
    LocationKind("file", FileLocation, in_git=True),
    LocationKind("http", HttpLocation, remembers=True),
    LocationKind("sql", SqlLocation, remembers=True, extra="sql", needs=("psycopg", "sqlalchemy", "sqlglot")),
    LocationKind("object", ObjectLocation, remembers=True, extra="object", needs=("obstore",)),
    LocationKind("from", MadeLocation),
    LocationKind("python", PythonLocation),
)

LOCATION_KINDS: Mapping[str, LocationKind] = {row.name: row for row in _ROWS}
"""By name, in the order in which the schema and messages have them."""


def use_another_kind() -> str:
    """What to do instead of a kind that nothing reads."""
    return f"use {either([row.name for row in LOCATION_KINDS.values() if row.has_runtime])}"
