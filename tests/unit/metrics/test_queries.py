"""Orders within queries: against scikit-learn, published examples, and every order of tied rows."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.queries import QUERY_METRICS, by_query
from mlspec.metrics.slices import Subset
from mlspec.metrics.weighted import statistic, value

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=18)


def said(scores: object) -> Subset:
    return Subset(np.asarray(scores, dtype=np.float64), None, None)


def one_query(relevance: list[float]) -> np.ndarray:
    return np.column_stack([np.asarray(relevance, dtype=np.float64), np.zeros(len(relevance))])


def test_published_examples() -> None:
    """scikit-learn's documentation of `ndcg_score`; Wikipedia, discounted cumulative gain (DCG 6.861 of 7.141)."""
    truth = one_query([10, 0, 0, 1, 5])
    assert value("ndcg", truth, said([0.1, 0.2, 0.3, 4, 70])) == pytest.approx(0.6956940443813076)
    assert value("ndcg", truth, said([0.05, 1.1, 1.0, 0.5, 0.0])) == pytest.approx(0.4936802661462296)
    assert value("ndcg", one_query([3, 2, 3, 0, 1, 2]), said([6, 5, 4, 3, 2, 1])) == pytest.approx(0.961, abs=5e-4)


def test_map_and_mrr_by_hand() -> None:
    """Manning, Raghavan & Schütze 2008, section 8.4: relevant at ranks 1 and 3 of 4: (1/1 + 2/3) / 2."""
    truth = np.array([[1, 0], [0, 0], [1, 0], [0, 0], [0, 1], [2, 1]], dtype=float)
    scores = said([4, 3, 2, 1, 9, 8])
    assert value("map", truth, scores) == pytest.approx(((1 + 2 / 3) / 2 + 1 / 2) / 2)
    assert value("mrr", truth, scores) == pytest.approx((1 + 1 / 2) / 2)


@given(ROWS)
def test_ndcg_equals_scikit_learn_on_every_query_ties_and_all(rows: list[tuple[int, int, int]]) -> None:
    truth, scores = np.array([(r, q) for r, q, _ in rows], dtype=float), np.array([s for *_, s in rows], dtype=float)
    for metric, most in (("ndcg", None), ("ndcg_at_5", 5)):
        found, place = by_query(metric, truth, scores)
        for query in np.unique(place):
            own = place == query
            if not truth[own, 0].any():
                assert np.isnan(found[query])
            elif own.sum() > 1:
                assert found[query] == pytest.approx(ndcg_score([truth[own, 0]], [scores[own]], k=most))


def _plain(metric: str, hits: list[int]) -> float:
    ranks = [i + 1 for i, hit in enumerate(hits) if hit]
    return 1 / ranks[0] if metric == "mrr" else float(np.mean([(k + 1) / rank for k, rank in enumerate(ranks)]))


@pytest.mark.parametrize("metric", ["mrr", "map"])
@given(rows=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=6))
def test_ties_count_by_the_mean_over_all_their_orders(metric: str, rows: list[tuple[int, int]]) -> None:
    if not any(hit for hit, _ in rows):
        return
    orders = [order for order in permutations(rows) if all(a[1] >= b[1] for a, b in pairwise(order))]
    expected = np.mean([_plain(metric, [hit for hit, _ in order]) for order in orders])
    assert value(metric, one_query([hit for hit, _ in rows]), said([s for _, s in rows])) == pytest.approx(expected)


@pytest.mark.parametrize("metric", QUERY_METRICS)
def test_weights_are_repeated_queries(metric: str) -> None:
    dice = np.random.default_rng(5)
    query = np.repeat(np.arange(12), 6)
    truth, scores = np.column_stack([dice.integers(0, 3, 72), query]).astype(float), dice.normal(size=72).round(1)
    drawn = dice.integers(0, 4, 12)
    again = [(rows, copy) for q, times in enumerate(drawn) for copy in range(times) for rows in [np.flatnonzero(query == q)]]
    repeated = np.concatenate([np.column_stack([truth[rows, 0], np.full(len(rows), i)]) for i, (rows, _) in enumerate(again)])
    expected = value(metric, repeated, said(np.concatenate([scores[rows] for rows, _ in again])))
    assert statistic(metric, truth, said(scores))(drawn[query][None, :].astype(float))[0] == pytest.approx(expected)


def world(queries: int, dice: np.random.Generator, noise: float) -> tuple[np.ndarray, Subset, np.ndarray]:
    sizes = dice.integers(3, 12, queries)
    query = np.repeat(np.arange(queries), sizes)
    relevance = dice.integers(0, 4, len(query)).astype(float)
    hard = np.repeat(dice.random(queries), sizes)
    return np.column_stack([relevance, query]), said(relevance + hard * dice.normal(0, noise, len(query))), query


def test_intervals_draw_whole_queries_and_hold_what_they_promise() -> None:
    dice, held = np.random.default_rng(11), dict.fromkeys(QUERY_METRICS, 0)
    big, answers, _ = world(20_000, dice, 4.0)
    true = {name: value(name, big, answers) for name in QUERY_METRICS}
    for seed in range(50):
        truth, own, query = world(60, dice, 4.0)
        how = Resampling(resamples=200, seed=seed, groups=query)
        for name in QUERY_METRICS:
            found = interval(name, truth, own, how)
            assert found.drawn == "group"
            held[name] += found.low <= true[name] <= found.high
    assert min(held.values()) >= 43  # of 47.5 expected, 1.5 the standard error


def test_all_in_order_is_bounded_by_the_number_of_queries_and_few_are_told() -> None:
    truth, _, query = world(40, np.random.default_rng(2), 1.0)
    found = interval("ndcg", truth, said(truth[:, 0]), Resampling(resamples=200, groups=query))
    relevant = sum(truth[query == q, 0].any() for q in range(40))
    assert found.value == 1.0 and found.low == pytest.approx(0.025 ** (1 / relevant), abs=1e-6)
    few = interval("ndcg", truth[query < 5], said(truth[query < 5, 0]), Resampling(resamples=200, groups=query[query < 5]))
    assert np.isnan(few.low) and few.rows_needed


def test_a_slice_is_what_queries_have_of_it() -> None:
    truth = np.array([[2, 0], [0, 0], [1, 0], [0, 1], [1, 1]], dtype=float)
    rows = np.array([True, True, False, True, True])
    found = intervals("mrr", truth, said([1, 2, 3, 5, 4]), {"some": rows}, Resampling(groups=truth[:, 1]))["some"]
    assert (found.value, found.rows) == (pytest.approx((1 / 2 + 1 / 2) / 2), 4)


def test_two_models_are_paired_by_query() -> None:
    truth, better, query = world(80, np.random.default_rng(3), 1.0)
    worse = said(better.predicted + np.random.default_rng(4).normal(0, 6, len(query)))
    how = Resampling(resamples=200, groups=query)
    found = paired_difference("ndcg", truth, better, worse, how)
    assert 0 < found.low < found.value < found.high
