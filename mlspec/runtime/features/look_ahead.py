"""Does a value change when what came later is not there yet? Then it has seen the future.

The set is made again with all inputs cut off at instants of the spine, and without the models' targets from then on. What stood at or
before the instant must come out the same; numbers within 1e-9, or 1e-9 of their size: a sum over other numbers of rows is rounded so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.words import PERSONAL, rest
from mlspec.runtime import tables
from mlspec.runtime.clean.casting import is_number, missing
from mlspec.runtime.features.declared import instant
from mlspec.runtime.features.given import Cut, give, known_since
from mlspec.runtime.features.plan import Plan
from mlspec.runtime.features.shape import shown
from mlspec.runtime.tables import ident

TOLERANCE = 1e-9
_THERE = "__there"
Make = Callable[[Mapping[str, Path], Path], None]


def check(plan: Plan, make: Make, whole: Path, folder: Path, database: Any) -> int:
    """Make the set again at each instant, and compare with `whole`. Returns the number of instants. Raises MLS0688."""
    with closing(tables.beside(database)) as connection:
        cuts, blank = instants(connection, plan), _targets(connection, plan)
    for at in cuts:
        cut = Cut(at, blank)
        found = folder / "cut.parquet"
        try:
            make(give(plan, folder, database, cut), found)
        except Problems as wrong:
            raise Problems([_at(d, at) for d in wrong.diagnostics]) from wrong
        with closing(tables.beside(database)) as connection:
            changed = list(_changed(connection, plan, whole, found, cut))
        if changed:
            raise Problems(changed)
    return len(cuts)


def _targets(connection: Any, plan: Plan) -> tuple[str, ...]:
    columns = tables.columns_of(connection, tables.parquet(plan.files[plan.spine]))
    return tuple(name for name in plan.targets if name in columns and name not in (*plan.key, plan.time))


def _at(found: Diagnostic, at: str) -> Diagnostic:
    message = f"made again of what was known at {at}: {found.message}"
    return Diagnostic(found.code, message, found.span, found.help or "`lookAhead` makes the set again of fewer rows: it must stand that")


def instants(connection: Any, plan: Plan) -> list[str]:
    """Seeded instants of the spine but the last, a third of them such at which an input has a missing value, in order."""
    assert plan.time is not None  # noqa: S101 - the compiler looked
    spine = tables.parquet(plan.files[plan.spine])
    time = instant(ident(plan.time))
    low, high = connection.execute(f"SELECT min({time}), max({time}) FROM {spine}").fetchall()[0]
    if low is None:
        return []
    dice = np.random.default_rng(plan.seed)
    gaps = _chosen(connection, dice, plan.cuts // 3, " UNION ".join(_gaps(connection, plan)), low, high)
    others = _chosen(connection, dice, plan.cuts - len(gaps), f"SELECT DISTINCT {time} AS t FROM {spine}", low, high)
    return sorted({*gaps, *others})


def _gaps(connection: Any, plan: Plan) -> Iterator[str]:
    """For each input: the instants from which rows with a missing value are known."""
    for alias, path in plan.files.items():
        kinds = tables.columns_of(connection, tables.parquet(path))
        times = [instant(ident(c)) for c in known_since(plan, alias)]
        if times:
            holes = " OR ".join(missing(ident(name), kind) for name, kind in kinds.items())
            yield f"SELECT DISTINCT greatest({', '.join(times)}) AS t FROM {tables.parquet(path)} WHERE {holes}"


def _chosen(connection: Any, dice: Any, count: int, query: str, low: Any, high: Any) -> list[str]:
    if not query or count < 1:
        return []
    rows = connection.execute(f"SELECT epoch_us(t) FROM ({query}) WHERE t >= ? AND t < ? ORDER BY t", [low, high]).fetchnumpy()
    found = next(iter(rows.values()))
    picked: Any = np.sort(dice.choice(found, min(count, len(found)), replace=False)) if len(found) else []
    return [str(np.datetime64(int(t), "us")).replace("T", " ") for t in picked]


def _changed(connection: Any, plan: Plan, whole: Path, found: Path, cut: Cut) -> Iterator[Diagnostic]:
    before = tables.columns_of(connection, tables.parquet(whole))
    after = tables.columns_of(connection, tables.parquet(found))
    lost = next((name for name in before if name not in after), None)
    if lost is not None:
        raise problem("MLS0688", f"made again of what was known at {cut.at}, the set has no column `{lost}`", help=_HELP)
    time = instant(f"w.{ident(plan.time or '')}")
    tests = {"": f"f.{_THERE} IS NULL"}
    tests |= {name: _differs(plan, name, before[name], after[name], time, cut) for name in before if name not in plan.key}
    rows = f"{_paired(plan, whole, found, before, after)} WHERE {time} <= {cut.sql}"
    for (name, test), count in zip(
        tests.items(), tables.aggregate(connection, rows, list(map(tables.counted, tests.values()))), strict=True
    ):
        if count:
            yield _told(plan, name, _first(connection, plan, name, f"{rows} AND ({test}) ORDER BY {time} DESC"), count, cut)
            if not name:
                return


def _paired(plan: Plan, whole: Path, found: Path, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """FROM: each row w of the whole, and the row f of the same key, if there is one."""
    pairs = [(f"w.{ident(k)}", f"f.{ident(k)}", before[k] == after[k]) for k in plan.key]
    same = " AND ".join(f"{w} = {f}" if alike else f"CAST({w} AS VARCHAR) = CAST({f} AS VARCHAR)" for w, f, alike in pairs)
    there = f"(SELECT *, TRUE AS {_THERE} FROM {tables.parquet(found)})"
    return f"{tables.parquet(whole)} AS w LEFT JOIN {there} AS f ON {same}"


def _first(connection: Any, plan: Plan, name: str, rows: str) -> Any:
    """The key of the last row that differs, and its two values."""
    keys = [f"CAST(w.{ident(k)} AS VARCHAR)" for k in plan.key]
    values = [f"CAST({side}.{ident(name)} AS VARCHAR)" for side in "wf"] if name else []
    return connection.execute(f"SELECT {', '.join([*keys, *values])} FROM {rows}, {', '.join(keys)} LIMIT 1").fetchall()[0]


def _differs(plan: Plan, name: str, kind: str, other: str, time: str, cut: Cut) -> str:
    """SQL: the value of a row is another one. At the cut itself a target, and what no model of it sees, may be blank."""
    old, new = f"w.{ident(name)}", f"f.{ident(name)}"
    if is_number(kind) and is_number(other):
        a, b = (f"CASE WHEN NOT {missing(c, k)} THEN CAST({c} AS DOUBLE) END" for c, k in ((old, kind), (new, other)))
        close = f"abs(({a}) - ({b})) <= {TOLERANCE!r} * greatest(1, abs({a}))"
        test = f"NOT coalesce(({a}) = ({b}) OR {close}, ({a}) IS NULL AND ({b}) IS NULL)"
    elif kind == other:
        test = f"{old} IS DISTINCT FROM {new}"
    else:
        test = f"CAST({old} AS VARCHAR) IS DISTINCT FROM CAST({new} AS VARCHAR)"
    free = any(name == target or name in unseen for target, unseen in plan.targets.items())
    return f"({test}) AND {time} < {cut.sql}" if free else test


_HELP = "let it read rows up to the row's own time alone: windows that end at the CURRENT ROW, `asOf` with `known`; docs/guides/features.md"


def _told(plan: Plan, name: str, first: Any, count: int, cut: Cut) -> Diagnostic:
    key = shown(plan, first[: len(plan.key)])
    more = f" ({rest(count, 1, 'row')})" if count > 1 else ""
    if not name:
        return Diagnostic(
            "MLS0688", f"the row {key} is not there when rows after {cut.at} are not{more}: it has seen the future", help=_HELP
        )
    old, new = [PERSONAL if name in plan.pii and text is not None else text for text in first[len(plan.key) :]]
    blank = f", and {', '.join(f'`{t}`' for t in cut.blank)} from it on," if cut.blank else ""
    message = (
        f"`{name}` has seen the future: for the row {key} it is {_value(old)}, "
        f"and {_value(new)} when rows known after {cut.at}{blank} are not there{more}"
    )
    return Diagnostic("MLS0688", message, help=_HELP)


def _value(text: str | None) -> str:
    return "missing" if text is None else text
