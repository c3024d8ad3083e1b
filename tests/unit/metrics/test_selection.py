from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlspec.metrics.selection import doubt, most, spread

POINTS = arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(-5, 5).map(float))


def test_doubt_is_one_less_the_lead() -> None:
    assert doubt(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist() == [1.0, 0.0]
    assert abs(doubt(np.array([[0.2, 0.7, 0.1]]))[0] - 0.5) < 1e-12


def test_of_equal_scores_the_earlier_rows() -> None:
    assert most(np.array([0.1, 0.9, 0.9, 0.5]), 3).tolist() == [1, 2, 3]


@given(POINTS, st.integers(1, 15))
def test_each_point_is_the_farthest_from_those_before_it(points: np.ndarray, count: int) -> None:
    chosen = spread(points, 0, count).tolist()
    assert chosen[0] == 0
    assert len(set(chosen)) == len(chosen) == min(count, len(points))
    for at in range(1, len(chosen)):
        reach = [min(((points[i] - points[j]) ** 2).sum() for j in chosen[:at]) if i not in chosen[:at] else -1 for i in range(len(points))]
        assert reach[chosen[at]] == max(reach)
        assert reach.index(max(reach)) == chosen[at]
