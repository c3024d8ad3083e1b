"""MASE: of rows with a scale alone, and by weights as the rows repeated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.metrics.slices import Subset, subset
from mlspec.metrics.weighted import statistic, value

NUMBERS = st.floats(-1e3, 1e3)


def answers(predicted, scale):
    return Subset(np.asarray(predicted, dtype=float), None, None, None, None if scale is None else np.asarray(scale, dtype=float))


def test_it_is_the_mean_of_scaled_errors_where_there_is_a_scale() -> None:
    actual = np.array([1.0, 2.0, 3.0, 9.0, 9.0])
    said = answers([2.0, 4.0, 3.0, 0.0, 0.0], [1.0, 4.0, 2.0, math.nan, 0.0])
    assert value("mase", actual, said) == pytest.approx((1 / 1 + 2 / 4 + 0) / 3)
    assert math.isnan(value("mase", actual, answers([0.0] * 5, None))), "nobody has said a scale"
    assert value("mase", actual[:2], subset(said, np.array([True, True, False, False, False]))) == pytest.approx(0.75)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(0.1, 10), st.integers(0, 3)), min_size=1, max_size=8).filter(
        lambda r: any(w for *_, w in r)
    )
)
def test_weights_are_rows_repeated(rows) -> None:
    actual, said, scale, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    again = np.repeat(np.arange(len(rows)), weights.astype(int))
    found = float(statistic("mase", actual, answers(said, scale))(weights[None, :])[0])
    assert found == pytest.approx(value("mase", actual[again], answers(said[again], scale[again])), rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_smape_is_between_nothing_and_two_and_takes_no_side(rows) -> None:
    actual, said = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = value("smape", actual, answers(said, None))
    assert 0 <= found <= 2 + 1e-12
    assert found == pytest.approx(value("smape", said, answers(actual, None)))
