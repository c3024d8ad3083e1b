"""What a first forecast goes by: which columns tell series apart, how long a season is, how far ahead is asked, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from mlspec.diagnostics import problem
from mlspec.language.kinds.model import FOLDS
from mlspec.runtime.tables import ident
from mlspec.setup.init.notes import count
from mlspec.setup.init.roles import Evidence

_MOST_CANDIDATES = 6
_LEAST_STEPS = 24


@dataclass(frozen=True, slots=True)
class Ahead:
    """`series`: columns, none where all rows are one series; `season`, `horizon`: steps; `step`: one in words."""

    series: tuple[str, ...]
    season: int
    horizon: int
    folds: int
    step: str

    @property
    def lags(self) -> list[int]:
        """The step before, and the season before."""
        return [1, self.season] if self.season > 1 else [1]

    @property
    def why(self) -> str:
        """The split in words."""
        return f"{self.folds} origins in the newer half of the rows, {count(self.horizon, 'step')} of {self.step} each"


def ahead_of(connection: Any, time: str | None, columns: Sequence[Evidence]) -> Ahead:
    """Look at the table `data`, whose times are in the column `time`. Raises MLS0647 for what is no series, MLS0642 for too few rows."""
    from mlspec.runtime.forecast.grid import grid_of

    if time is None:
        message = "no column says when a row happened, and a forecast goes by it"
        raise problem("MLS0647", message, help="name one `date` or `time`, with a value in every row; or give another --task")
    series = next((names for names in _candidates(columns) if _is_apart(connection, time, names)), None)
    if series is None:
        message = f"rows share the same `{time}`, and no column or two tell them apart as series"
        raise problem("MLS0647", message, help="drop what is there twice, or write `series` by hand: docs/guides/forecasting.md")
    times, codes = _positions(connection, time, series)
    grid = grid_of(times, codes)
    steps = int(grid.positions(times).max()) + 1
    if steps < _LEAST_STEPS:
        message = f"there are {count(steps, 'step')} of {grid.words}, too few to forecast from several origins"
        raise problem("MLS0642", message, help=f"give at least {_LEAST_STEPS}, or another --task")
    horizon = max(1, min(grid.season, steps // 2 // FOLDS))
    return Ahead(series, grid.season, horizon, min(FOLDS, steps // 2 // horizon), grid.words)


def _candidates(columns: Sequence[Evidence]) -> Iterator[tuple[str, ...]]:
    """No column, then one, then two: texts first, since numbers are more often measured than names."""
    named = [
        c for c in columns if c.kind in ("string", "integer", "boolean") and c.distinct > 1 and not c.missing and 2 * c.distinct <= c.rows
    ]
    named = sorted(named, key=lambda c: c.kind != "string")[:_MOST_CANDIDATES]
    yield ()
    yield from ((c.name,) for c in named)
    yield from ((a.name, b.name) for a, b in combinations(named, 2))


def _is_apart(connection: Any, time: str, names: Sequence[str]) -> bool:
    columns = ", ".join(map(ident, (time, *names)))
    (found,) = connection.execute(f"SELECT count(*) = count(DISTINCT ({columns},)) FROM data").fetchone()
    return bool(found)


def _positions(connection: Any, time: str, names: Sequence[str]) -> tuple[Any, Any]:
    """(microseconds, a number for each row's series)."""
    order = f"dense_rank() OVER (ORDER BY {', '.join(map(ident, names))})" if names else "0"
    found = connection.execute(f"SELECT epoch_us(CAST({ident(time)} AS TIMESTAMP)) AS t, {order} AS s FROM data").fetchnumpy()
    return found["t"], found["s"]
