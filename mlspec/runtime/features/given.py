"""What the set's SQL or function is given: each input as a file, those of `asOf` joined; as it was at an instant, if one is named."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.runtime import tables
from mlspec.runtime.features.declared import Spine, instant
from mlspec.runtime.features.plan import Plan
from mlspec.runtime.tables import ident, literal


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows that are known later than `at` (ISO 8601, UTC) are cut off. `blank`: columns of the spine without a value from then on."""

    at: str
    blank: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        return f"TIMESTAMP {literal(self.at)}"


def give(plan: Plan, folder: Path, database: Any, cut: Cut | None = None) -> dict[str, Path]:
    """Return {alias: Parquet file}; what is not an input's own file is written to `folder`. Raises what `write_joined` raises."""
    files = dict(plan.files)
    with closing(tables.beside(database)) as connection:  # the tables of joins go with it
        if cut is not None:
            files = {alias: _cut_off(connection, plan, alias, folder, cut) for alias in plan.files}
        if plan.joins:
            _join(connection, plan, files, folder)
    return files


def _join(connection: Any, plan: Plan, files: dict[str, Path], folder: Path) -> None:
    from mlspec.runtime.features.as_of import write_joined
    from mlspec.runtime.features.matching import Places

    assert plan.time is not None  # noqa: S101 - the compiler looked
    places = Places(connection, Spine(files[plan.spine], plan.key, plan.time, plan.pii))
    for alias, join in plan.joins.items():
        target = folder / f"joined-{alias}.parquet"
        write_joined(places, files[alias], join, target)
        files[alias] = target


def known_since(plan: Plan, alias: str) -> tuple[str, ...]:
    """The columns whose times must all have come before a row of the input is known."""
    if alias == plan.spine:
        return (plan.time,) if plan.time else ()
    join = plan.joins.get(alias)
    if join and join.known:
        return (join.known,)
    return tuple(dict.fromkeys([*([join.on] if join else []), *([plan.times[alias]] if alias in plan.times else [])]))


def _cut_off(connection: Any, plan: Plan, alias: str, folder: Path, cut: Cut) -> Path:
    path = plan.files[alias]
    conditions = [f"{instant(ident(c))} <= {cut.sql}" for c in known_since(plan, alias)]
    if not conditions:
        return path
    target = folder / f"cut-{alias}.parquet"
    tables.copy(
        connection,
        f"SELECT {_items(plan, alias, cut)} FROM {tables.numbered(path)} WHERE {' AND '.join(conditions)} ORDER BY {tables.ROW}",
        target,
    )
    return target


def _items(plan: Plan, alias: str, cut: Cut) -> str:
    kept = f"* EXCLUDE ({tables.ROW})"
    if alias != plan.spine or not cut.blank or plan.time is None:
        return kept
    before = f"{instant(ident(plan.time))} < {cut.sql}"
    return f"{kept} REPLACE ({', '.join(f'CASE WHEN {before} THEN {ident(c)} END AS {ident(c)}' for c in cut.blank)})"
