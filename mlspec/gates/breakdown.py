"""How a model does by class and by group, with the rows behind each number. The gates decide; this shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlspec.gates.result import rounded
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    from mlspec.gates.judge import Evidence
    from mlspec.language.kinds.kpi_set import Kpi

MOST = 40
"""Rows of a table; of more, those with the most test rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A class or a group: its name, its test rows, and a value a metric (None where it is not defined)."""

    name: str
    rows: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A table: `by` is `class`, `cluster` or a column. `parts`: at most 40; `left_out`: how many are not shown."""

    by: str
    metrics: tuple[str, ...]
    parts: tuple[Part, ...]
    left_out: int = 0

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above the columns."""
        return (self.by, "rows", *self.metrics)

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        parts = {p.name: {"rows": p.rows, **dict(zip(self.metrics, p.values, strict=True))} for p in self.parts}
        return {"by": self.by, "parts": parts, "leftOut": self.left_out}


def breakdowns(kpis: Sequence[Kpi], evidence: Evidence) -> tuple[Breakdown, ...]:
    """By class, then by each column that a KPI slices or compares by, with the metrics of these KPIs."""
    return (*_classes(evidence), *_levels(evidence), *_groups(kpis, evidence))


def _classes(evidence: Evidence) -> Iterator[Breakdown]:
    from mlspec.metrics.classes import class_report
    from mlspec.metrics.clusters import of_each

    if TASKS[evidence.task].is_cluster:
        yield _shown("cluster", ("silhouette",), [Part(str(n), rows, (rounded(mean),)) for n, rows, mean in of_each(evidence.challenger)])
    elif TASKS[evidence.task].has_classes:
        found = class_report(evidence.actual, evidence.challenger)
        parts = [Part(str(c.label), c.rows, tuple(map(rounded, (c.precision, c.recall, c.f1)))) for c in found]
        yield _shown("label" if TASKS[evidence.task].is_labels else "class", ("precision", "recall", "f1"), parts)


def _levels(evidence: Evidence) -> Iterator[Breakdown]:
    from mlspec.metrics.levels import level_report

    if TASKS[evidence.task].is_quantiles:
        found = level_report(evidence.actual, evidence.challenger)
        yield _shown(
            "quantile",
            ("pinball", "below"),
            [Part(f"{o.level:g}", len(evidence.actual), (rounded(o.pinball), rounded(o.below))) for o in found],
        )


def _groups(kpis: Sequence[Kpi], evidence: Evidence) -> Iterator[Breakdown]:
    import numpy as np

    from mlspec.metrics.slices import slices, subset
    from mlspec.metrics.weighted import value

    wanted = [(kpi.slice.by if kpi.slice else kpi.by, kpi.metric) for kpi in kpis]
    for column in dict.fromkeys(by for by, _ in wanted if by):
        metrics = tuple(dict.fromkeys(metric for by, metric in wanted if by == column))
        parts = []
        for name, rows in slices(evidence.columns[column]):
            truth, ours = np.asarray(evidence.actual)[rows], subset(evidence.challenger, rows)
            values = [value(m, truth, ours) for m in metrics]
            parts.append(Part(name, len(truth), tuple(map(rounded, values))))
        yield _shown(column, metrics, parts)


def _shown(by: str, metrics: tuple[str, ...], parts: list[Part]) -> Breakdown:
    kept = parts if len(parts) <= MOST else sorted(parts, key=lambda p: (-p.rows, p.name))[:MOST]
    return Breakdown(by, metrics, tuple(kept), len(parts) - len(kept))
