"""The few numbers of a chart in a pull request: of a model's answers, or of a plot file that holds a sample of them. It decides nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from mlspec.diagnostics.numbers import shown
from mlspec.metrics.tasks import TASKS
from mlspec.reports.charts.model import Categories, Series

if TYPE_CHECKING:
    from mlspec.gates.judge import Evidence

GROUPS = 8
"""Along x, where a label is long: more run into each other."""
Pairs = Sequence[tuple[float, float]]


def small_charts(evidence: Evidence) -> tuple[Categories, ...]:
    """The charts of the challenger's answers on all test rows, the most telling first; none of how odd rows are: anomalies are few."""
    made = _MADE.get(TASKS[evidence.task].answer)
    return _there(*made(evidence)) if made else ()


def _of_numbers(evidence: Evidence) -> Iterator[Categories | None]:
    import numpy as np

    finite = np.isfinite(evidence.actual)
    pairs = np.column_stack([evidence.actual[finite], np.asarray(evidence.challenger.predicted, dtype=float)[finite]]).tolist()
    yield predicted_and_actual([(x, y) for x, y in pairs])


def _of_classes(evidence: Evidence) -> Iterator[Categories | None]:
    from mlspec.metrics.pictures import reliability

    actual, said = evidence.actual, evidence.challenger
    yield found_of_each(list(zip(map(str, actual), map(str, said.predicted), strict=True)))
    if evidence.task == "binary" and said.proba is not None and len(actual):
        bins = reliability(actual, said, 0.95, GROUPS)
        yield calibration(list(zip(bins.score.tolist(), bins.share.tolist(), strict=True)))


def _there(*charts: Categories | None) -> tuple[Categories, ...]:
    return tuple(chart for chart in charts if chart is not None)


def predicted_and_actual(pairs: Pairs) -> Categories | None:
    """Of (actual, predicted): the mean of each, in groups of equal size by the actual value."""
    ranked = sorted(pairs)
    if not ranked:
        return None
    groups = [ranked[start:end] for start, end in _cuts(len(ranked), min(GROUPS, len(ranked)))]
    labels = tuple(f"{shown(g[0][0])} to {shown(g[-1][0])}" for g in groups)
    actual, predicted = (tuple(_mean([pair[i] for pair in g]) for g in groups) for i in (0, 1))
    series = (Series("actual", "bar", actual), Series("predicted", "line", predicted))
    return Categories("Predicted (line) and actual (bars)", "test rows by actual value, groups of equal size", "mean", labels, series)


def _cuts(count: int, groups: int) -> Iterator[tuple[int, int]]:
    return pairwise([round(count * i / groups) for i in range(groups + 1)])


def _mean(values: Sequence[float]) -> float:
    """Halves are added where the sum is beyond a float's range."""
    try:
        return float(f"{math.fsum(values) / len(values):.6g}")
    except OverflowError:
        return float(f"{math.fsum(v / len(values) for v in values):.6g}")


def calibration(pairs: Pairs) -> Categories | None:
    """Of (said, came): how often it came against how probable it was said to be; where both agree the line ends on the bar."""
    known = sorted(pairs)[:GROUPS]
    if not known:
        return None
    said, came = (tuple(pair[i] for pair in known) for i in (0, 1))
    series = (Series("observed", "bar", came), Series("predicted", "line", said))
    labels = tuple(f"{p:.3g}" for p in said)
    return Categories("Calibration: observed (bars) and predicted (line)", "predicted probability", "share", labels, series)


def below_each_level(evidence: Evidence) -> Categories | None:
    """Of each quantile, the share of rows that came out at most there (bars), and the level itself (line)."""
    from mlspec.metrics.levels import level_report

    found = level_report(evidence.actual, evidence.challenger)[:GROUPS]
    if not found or not len(evidence.actual):
        return None
    bars = tuple(float(f"{one.below:.6g}") for one in found)
    series = (Series("observed", "bar", bars), Series("level", "line", tuple(one.level for one in found)))
    return Categories(
        "Rows at most each quantile (bars) and its level (line)", "quantile", "share", tuple(f"{o.level:g}" for o in found), series
    )


def queries_by_ndcg(evidence: Evidence) -> Categories | None:
    """How many queries are put in order how well, in bins of equal width."""
    import numpy as np

    from mlspec.metrics.queries import by_query

    found, _ = by_query("ndcg", evidence.actual, evidence.challenger.predicted)
    counts, edges = np.histogram(found[np.isfinite(found)], bins=GROUPS, range=(0.0, 1.0))
    if not counts.any():
        return None
    labels = tuple(f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges.tolist()))
    return Categories("Queries by NDCG", "NDCG", "queries", labels, (Series("queries", "bar", tuple(map(float, counts))),))


def found_of_each_label(evidence: Evidence) -> Categories | None:
    """Of each label, the share of its rows that were answered with it; of many labels those with the most rows."""
    from mlspec.metrics.classes import class_report

    held = [one for one in class_report(evidence.actual, evidence.challenger) if one.rows]
    kept = sorted(sorted(held, key=lambda one: (-one.rows, str(one.label)))[:GROUPS], key=lambda one: str(one.label))
    values = tuple(float(f"{one.recall:.6g}") for one in kept)
    names = tuple(str(one.label) for one in kept)
    return Categories("Found of each label", "label", "share", names, (Series("found", "bar", values),)) if names else None


def found_of_each(pairs: Sequence[tuple[str, str]]) -> Categories | None:
    """Of (actual, predicted): of each class, the share that was predicted right; of many classes those with the most rows."""
    sizes = Counter(actual for actual, _ in pairs)
    right = Counter(actual for actual, predicted in pairs if actual == predicted)
    names = sorted(name for name, _ in sizes.most_common(GROUPS))
    values = tuple(float(f"{right[name] / sizes[name]:.6g}") for name in names)
    return Categories("Found of each class", "actual class", "share", tuple(names), (Series("found", "bar", values),)) if names else None


def rows_of_each_cluster(evidence: Evidence) -> Categories | None:
    """How many test rows are of each cluster; of many clusters those with the most."""
    from mlspec.metrics.clusters import of_each

    held = sorted(sorted(of_each(evidence.challenger), key=lambda one: -one[1])[:GROUPS], key=lambda one: str(one[0]))
    bars = Series("rows", "bar", tuple(float(rows) for _, rows, _ in held))
    return Categories("Rows of each cluster", "cluster", "test rows", tuple(str(name) for name, *_ in held), (bars,)) if held else None


_MADE: Mapping[str, Callable[[Evidence], Iterable[Categories | None]]] = {
    "number": _of_numbers,
    "label": _of_classes,
    "cluster": lambda evidence: [rows_of_each_cluster(evidence)],
    "score": lambda evidence: [queries_by_ndcg(evidence)],
    "quantiles": lambda evidence: [below_each_level(evidence)],
    "labels": lambda evidence: [found_of_each_label(evidence)],
}
"""By the kind of answer."""
