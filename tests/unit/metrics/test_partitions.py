"""How far two ways to part rows agree, and what parts are called where two models are compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs

from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.partitions import adjusted_rand, expected_mutual_info, renamed
from mlspec.metrics.slices import Subset


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_it_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(side) for side in zip(*pairs, strict=True))
    assert adjusted_rand(one, other) == pytest.approx(theirs.adjusted_rand_score(one, other))
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand(other, one))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.permutations(range(5)))
def test_other_names_are_the_same_parts(parts: list[int], names: list[int]) -> None:
    one = np.array(parts)
    other = np.array(names)[one]
    assert adjusted_rand(one, other) == 1.0
    assert (renamed(other, one) == one).all()


def test_what_agrees_best_is_called_alike_and_the_rest_by_no_name() -> None:
    one, other = np.array([0, 0, 0, 1, 1, 2]), np.array([5, 5, 7, 7, 7, 7])
    assert renamed(one, other).tolist() == [5, 5, 5, 7, 7, None]


def test_what_chance_alone_would_share() -> None:
    from sklearn.metrics.cluster import expected_mutual_information

    rows, columns = np.array([30.0, 20, 10]), np.array([25.0, 35])
    found = theirs.cluster.contingency_matrix(np.repeat([0, 1, 2], [30, 20, 10]), np.repeat([0, 1], [25, 35]))
    assert expected_mutual_info(rows, columns) == pytest.approx(expected_mutual_information(found, 60))


def test_where_all_rows_agree_nothing_tells_of_others() -> None:
    parts = np.arange(90) % 3
    found = interval("adjusted_rand", parts.astype(object), Subset(parts.astype(object), None, (0, 1, 2)), Resampling())
    assert found.value == 1.0 and np.isnan(found.low)
