"""Permutation importance on the test rows (Breiman 2001; Fisher, Rudin & Dominici 2019): how much worse a model answers when one column is
shuffled among the rows, so that it says nothing of its row any more.

The rows with a shuffled column are written here and answered by the process that answers the test rows: shut in, without labels, in
one heap, so that a model can't tell which column it was. The metric is taken here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.gates.bench import Bench
from mlspec.gates.closer.altered import answers_to, sampled
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.answers import Array
from mlspec.metrics.catalog import EXTREME, METRICS
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.slices import Subset, subset
from mlspec.metrics.tasks import TASKS

if TYPE_CHECKING:
    from mlspec.gates.judge import Evidence

ROWS, REPEATS, CELLS, SECONDS = 4_000, 5, 12_000_000, 60.0
"""At most so many test rows, shuffled so often; cells of a file that is handed to the model; and the time after which no more is asked."""
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Importance:
    """A feature: how much worse the metric is without it (below 0: better), with an interval (NaN where the rows carry none)."""

    feature: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Importances:
    """`found`: the largest first. `rows`: how many test rows were used; `repeats`: how often each column was shuffled, of `asked`.

    `note`: why there are fewer repeats than asked, or none.
    """

    metric: str
    found: tuple[Importance, ...]
    rows: int
    repeats: int
    asked: int = REPEATS
    note: str = ""


def importances(bench: Bench, evidence: Evidence, spec: KPISetSpec, seconds: float = SECONDS) -> Importances | None:
    """Shuffle each feature among a sample of the test rows, REPEATS times, and measure. What goes wrong is noted; nothing fails by it."""
    names = bench.challenger.signature.predictors
    metric = metric_of(spec, evidence)
    is_chained = bench.challenger.signature.history is not None  # a row's answer hangs on those before it: copies can't stand in one file
    if len(evidence.actual) < 2 or metric is None or is_chained or not names:
        return None
    rows = sampled(len(evidence.actual), ROWS, evidence.seed)
    held = subset(evidence.challenger, rows)
    shuffle = _Shuffle(bench, names, rows, evidence.seed, time.monotonic() + seconds, held.scale, held.space)
    answers, note = [], ""
    try:
        answers = list(shuffle.repeats())
    except Problems as problems:
        note = problems.diagnostics[0].message
    if len(answers) < REPEATS and not note:
        note = f"{seconds:g} s were up"
    truth, how = np.asarray(evidence.actual)[shuffle.rows], _resampling(evidence, spec, shuffle.rows)
    found = [_importance(metric, name, truth, held, [a[i] for a in answers], how) for i, name in enumerate(names)] if answers else []
    return Importances(metric, tuple(sorted(found, key=_order)), len(shuffle.rows), len(answers), note=note)


def metric_of(spec: KPISetSpec, evidence: Evidence) -> str | None:
    """The metric of the first KPI that has a direction, else the task's usual one."""
    for kpi in spec.kpis:
        info = None if kpi.step else METRICS.get(kpi.metric)
        if info and info.greater is not None and kpi.metric not in EXTREME and info.fits(evidence.challenger):
            return kpi.metric
    return TASKS[evidence.task].usual


def _order(one: Importance) -> tuple[float, str]:
    return (-one.value if math.isfinite(one.value) else math.inf, one.feature)


def _resampling(evidence: Evidence, spec: KPISetSpec, rows: Array) -> Resampling:
    """As the gates draw these rows, with fewer resamples; a block holds as many of the sample as it does of all rows, by share."""
    mask = np.zeros(len(evidence.actual), dtype=bool)
    mask[rows] = True
    how = evidence.resampling(spec).of(mask)
    block = max(1, round(how.block * len(rows) / len(mask))) if how.block else None
    return replace(how, resamples=min(RESAMPLES, how.resamples), block=block)


@dataclass(frozen=True, slots=True)
class _Shuffle:
    """Asks the challenger for the rows with one column shuffled. `end`: when no more is asked (monotonic seconds)."""

    bench: Bench
    names: Sequence[str]
    rows: Array
    seed: int
    end: float
    scale: Array | None = None
    space: Array | None = None

    def repeats(self) -> Iterator[list[Subset]]:
        """Yield for each repeat the answers for each feature. One that the time does not reach is left out whole."""
        import pyarrow.parquet as pq

        table = pq.read_table(self.bench.test, columns=self.bench.challenger.signature.names).take(self.rows)
        generator = np.random.default_rng(self.seed)
        for _ in range(REPEATS):
            orders = [generator.permutation(len(self.rows)) for _ in self.names]
            found: list[Subset] = []
            for start, end in _chunks(len(self.names), len(self.rows)):
                if time.monotonic() > self.end:
                    return
                found += self._answers(table, orders, range(start, end))
            yield found

    def _answers(self, table: Any, orders: Sequence[Array], features: range) -> list[Subset]:
        """The answers for one copy of the rows a feature, all in one file."""
        places = {i: table.schema.get_field_index(self.names[i]) for i in features}
        copies = [table.set_column(at, table.schema.field(at), table.column(at).take(orders[i])) for i, at in places.items()]
        answers = answers_to(self.bench, copies, self.end)
        parts = [subset(answers, np.arange(len(self.rows)) + i * len(self.rows)) for i in range(len(copies))]
        return [replace(part, scale=self.scale, space=self.space) for part in parts]


def _chunks(features: int, rows: int) -> Iterator[tuple[int, int]]:
    """Stretches of the features whose copies of the rows make one file of at most CELLS cells."""
    size = max(1, CELLS // max(1, rows * features))
    return ((start, min(features, start + size)) for start in range(0, features, size))


def _importance(metric: str, name: str, truth: Array, own: Subset, shuffled: Sequence[Subset], how: Resampling) -> Importance:
    """The mean loss over the repeats. Its interval: that of the rows (the paired difference), wider by what the shuffles differ."""
    from mlspec.metrics.paired import paired_difference

    sign = -1.0 if METRICS[metric].greater else 1.0
    found = [paired_difference(metric, truth, answers, own, how) for answers in shuffled]
    values = sign * np.array([one.value for one in found])
    ends = np.sort(sign * np.array([[one.low, one.high] for one in found]), axis=1)
    mean = float(values.mean())
    below, above = float((values - ends[:, 0]).mean()), float((ends[:, 1] - values).mean())
    spread = _spread(values, how.confidence)
    return Importance(name, mean, mean - math.hypot(below, spread), mean + math.hypot(above, spread))


def _spread(values: Array, confidence: float) -> float:
    """Half the width of Student's interval of the mean over repeats; 0 of one alone."""
    from scipy.special import stdtrit

    if len(values) < 2:
        return 0.0
    return float(stdtrit(len(values) - 1, 0.5 + confidence / 2) * values.std(ddof=1) / math.sqrt(len(values)))
