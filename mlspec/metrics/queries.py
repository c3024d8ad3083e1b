"""Rows that are put in order within a query: what each metric is made of.

The truth of n rows is (n, 2) doubles: how relevant a row is (0 or more), and a number for its query. Rows stand by falling answer; rows of
the same answer stand in any order alike, and count by the mean over all of these (McSherry & Najork 2008), so that a model wins nothing
by answering the same everywhere. A metric is the mean over queries, each as much as any other; a query without a relevant row can't be
ordered well or badly, and is left out. Of a part of the rows (a slice), each query is what it has of rows there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Array
from mlspec.metrics.sums import OfSums

Make = Callable[[Array, Array], Callable[[Array], Array]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """n rows in order of their queries, and within each by falling answer. `order` (n,): where each stands among the rows given.

    `query` (n,): 0 to q - 1; `first` (q,): where each begins; `position` (n,): from 0 within the query. `tie` (n,), `tie_first` (t,): the
    same of runs of equal answers.
    """

    order: Array
    relevance: Array
    query: Array
    first: Array
    position: Array
    tie: Array
    tie_first: Array

    @property
    def sizes(self) -> Array:
        """Rows of each query, (q,)."""
        return np.diff(self.first, append=len(self.order))

    def of_ties(self, values: Array) -> Array:
        """Sums over each run of equal answers, (t,)."""
        found: Array = np.add.reduceat(values, self.tie_first)
        return found

    def of_queries(self, values: Array) -> Array:
        """Sums over each query, (q,)."""
        found: Array = np.add.reduceat(values, self.first)
        return found


def ranked(actual: Array, predicted: Array) -> Ranked:
    """Put rows in order; `actual` (n, 2), `predicted` (n,), n at least 1."""
    relevance, query = actual[:, 0], actual[:, 1]
    order = np.lexsort((-predicted, query))
    codes, score = query[order], predicted[order]
    begins = np.r_[True, codes[1:] != codes[:-1]]
    parts = begins | np.r_[True, score[1:] != score[:-1]]
    first, number = np.flatnonzero(begins), np.cumsum(begins) - 1
    return Ranked(
        order, relevance[order], number, first, np.arange(len(order)) - first[number], np.cumsum(parts) - 1, np.flatnonzero(parts)
    )


def ndcg(actual: Array, rows: Ranked, most: int | None = None) -> Array:
    """Of each query the discounted cumulated gain over that of the best order, (q,); NaN without a relevant row.

    Gain: the relevance itself; discount 1 / log2(1 + rank), 0 beyond rank `most` (Järvelin & Kekäläinen 2002; as scikit-learn has it).
    """
    discount = 1 / np.log2(rows.position + 2.0)
    if most is not None:
        discount = np.where(rows.position < most, discount, 0.0)
    counts = np.diff(rows.tie_first, append=len(rows.order))
    mean = rows.of_ties(rows.relevance) / counts
    best = np.lexsort((-actual[:, 0], actual[:, 1]))
    ideal = rows.of_queries(actual[best, 0] * discount)
    return _over(rows.of_queries(mean[rows.tie] * discount), ideal)


def reciprocal_rank(actual: Array, rows: Ranked) -> Array:
    """Of each query 1 over the rank of its first relevant row, (q,), expected where that one's answer is others', too."""
    del actual
    hits = rows.of_ties((rows.relevance > 0).astype(np.float64))
    with_hit = np.flatnonzero(hits > 0)
    found = np.full(len(rows.first), np.nan)
    query, index = np.unique(rows.query[rows.tie_first[with_hit]], return_index=True)
    counts = np.diff(rows.tie_first, append=len(rows.order))
    for q, tie in zip(query, with_hit[index], strict=True):
        found[q] = _first_of(int(counts[tie]), int(hits[tie]), int(rows.position[rows.tie_first[tie]]))
    return found


def _first_of(count: int, hits: int, before: int) -> float:
    """The mean of 1 / (before + j) where j is the place of the first of `hits` among `count` that stand in any order."""
    if count == 1:
        return 1 / (before + 1)
    places = np.arange(1, count - hits + 2)
    gone = np.cumprod(np.r_[1.0, (count - places[:-1] - hits + 1) / (count - places[:-1])])
    return float((hits / count * gone / (before + places)).sum())


def average_precision(actual: Array, rows: Ranked) -> Array:
    """Of each query the mean, over its relevant rows, of the share of relevant ones among those down to each, (q,)."""
    del actual
    hit = (rows.relevance > 0).astype(np.float64)
    counts = np.diff(rows.tie_first, append=len(rows.order))[rows.tie].astype(np.float64)
    hits = rows.of_ties(hit)[rows.tie]
    seen = np.r_[0.0, np.cumsum(hit)]
    before = seen[rows.tie_first[rows.tie]] - seen[rows.first[rows.query]]
    within = np.arange(len(hit)) - rows.tie_first[rows.tie]
    beside = np.divide(within * (hits - 1), counts - 1, out=np.zeros_like(hit), where=counts > 1)
    share = hits / counts * (before + 1 + beside) / (rows.position + 1)
    return _over(rows.of_queries(share), rows.of_queries(hit))


def _over(top: Array, bottom: Array) -> Array:
    found: Array = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return found


_OF_QUERY: dict[str, Callable[[Array, Ranked], Array]] = {
    "ndcg": ndcg,
    "ndcg_at_5": lambda actual, rows: ndcg(actual, rows, 5),
    "ndcg_at_10": lambda actual, rows: ndcg(actual, rows, 10),
    "mrr": reciprocal_rank,
    "map": average_precision,
}


def by_query(metric: str, actual: Array, predicted: Array) -> tuple[Array, Array]:
    """The metric of each query (q,), NaN where it is not defined, and each row's query as a position there, (n,)."""
    truth = np.asarray(actual, dtype=np.float64)
    if not len(truth):
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    rows = ranked(truth, np.asarray(predicted, dtype=np.float64))
    place = np.empty(len(truth), dtype=np.int64)
    place[rows.order] = rows.query
    return _OF_QUERY[metric](truth, rows), place


def query_weights(metric: str, actual: Array, predicted: Array) -> Array:
    """How much a row counts in a metric, (n,): those of a query together 1, or 0 where it is left out."""
    found, place = by_query(metric, actual, predicted)
    weights: Array = (np.isfinite(found) / np.maximum(np.bincount(place, minlength=len(found)), 1))[place]
    return weights


def _mean(metric: str) -> Make:
    def made(actual: Array, predicted: Array) -> Callable[[Array], Array]:
        found, place = by_query(metric, actual, predicted)
        share = query_weights(metric, actual, predicted)
        return OfSums([np.nan_to_num(found)[place] * share, share], lambda _, top, bottom: top / bottom)

    return made


QUERY_METRICS: dict[str, Make] = {name: _mean(name) for name in _OF_QUERY}
