"""The models of a ModelSet as a table, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlspec.diagnostics.numbers import interval, shown
from mlspec.reports.aligned import layout

if TYPE_CHECKING:
    from mlspec.pipelines.run.summary import Ranked, Ranking

BEST, WORST = 20, 10
"""How many are shown of a long table, from either end."""


def ranking_lines(ranking: Ranking) -> Iterator[str]:
    """A heading and the table; of a long one its ends, and how many stand between them."""
    models, count = list(enumerate(ranking.models, 1)), len(ranking.models)
    yield f"  modelset/{ranking.name}: {count:,} models by {ranking.metric}, the best first"
    head, tail = (models, []) if count <= BEST + WORST else (models[:BEST], models[-WORST:])
    lines = layout(("rank", "model", ranking.metric, "baseline"), [_row(place, model) for place, model in [*head, *tail]])
    yield from (f"    {line}" for line in lines[: len(head) + 1])
    if tail:
        yield f"    … {count - len(head) - len(tail):,} more between …"
        yield from (f"    {line}" for line in lines[len(head) + 1 :])


def _row(place: int, ranked: Ranked) -> tuple[str, ...]:
    return str(place), ranked.model, interval((ranked.value, ranked.low, ranked.high)), shown(ranked.baseline)
