"""Of very many units only the largest are drawn one by one; what comes out is what drawing each gives, but for the dice."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec.metrics import bootstrap
from mlspec.metrics.answers import Array
from mlspec.metrics.bootstrap import MANY, critical, draws

UNITS, RESAMPLES = MANY + 1, 2_000
_DICE = np.random.default_rng(3)
COLUMNS = {
    "normal": _DICE.normal(size=UNITS),
    "exponential": _DICE.exponential(size=UNITS),
    "log-normal, heavy": _DICE.lognormal(0, 2, UNITS),
    "one in a thousand": (_DICE.random(UNITS) < 0.001) * 1.0,
    "three in ten": (_DICE.random(UNITS) < 0.3) * 1.0,
    "a slice": np.where(_DICE.random(UNITS) < 0.05, _DICE.exponential(size=UNITS) - 1, 0.0),
    "mostly alike": np.where(_DICE.random(UNITS) < 0.02, _DICE.exponential(size=UNITS) ** 2, 0.0),
}


@pytest.fixture(scope="module")
def both() -> tuple[Array, Array]:
    """The quantiles of each column, (2, k), at 95%: by the largest, and by drawing each."""
    matrix = np.column_stack(list(COLUMNS.values()))
    found = critical(matrix, RESAMPLES, 5, 0.95)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "MANY", UNITS)
        return found, critical(matrix, RESAMPLES, 6, 0.95)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_quantiles_are_those_of_drawing_each(both: tuple[Array, Array], name: str) -> None:
    """The dice of 2,000 resamples move an end by 0.06 (normal) to 0.13 (heavy); both have them."""
    few, all_of = (one[:, list(COLUMNS).index(name)] for one in both)
    assert few == pytest.approx(all_of, abs=0.35)  # one more of twenty hits is 0.22


def test_the_sums_have_the_mean_and_spread_of_a_resample() -> None:
    """Of the multinomial: the sum of what is drawn has the mean n m = 0 and the variance n s^2; squares n q."""
    column = COLUMNS["exponential"] - COLUMNS["exponential"].mean()
    total, squares = (found.ravel() for found in bootstrap._sums_of_many(column[:, None], RESAMPLES, 1))
    error = np.sqrt((column**2).sum())
    assert abs(total.mean()) < 4 * error / np.sqrt(RESAMPLES)
    assert total.std() == pytest.approx(error, rel=0.06)
    assert squares.mean() == pytest.approx((column**2).sum(), rel=0.002)
    assert squares.std() == pytest.approx(np.sqrt(((column**2 - (column**2).mean()) ** 2).sum()), rel=0.06)
    assert np.corrcoef(total, squares)[0, 1] == pytest.approx(np.corrcoef(column, column**2)[0, 1], abs=0.05)


def test_the_same_seed_gives_the_same_ends_and_order_of_columns_does_not_matter() -> None:
    matrix = np.column_stack(list(COLUMNS.values())[:3])
    found = critical(matrix, 500, 1, 0.9)
    assert (critical(matrix, 500, 1, 0.9) == found).all()
    assert (critical(matrix[:, ::-1].copy(), 500, 1, 0.9) == found[:, ::-1]).all()


def test_units_that_are_all_alike_have_no_spread() -> None:
    assert np.isinf(critical(np.zeros((UNITS, 1)), 200, 1, 0.95)).any() or (critical(np.zeros((UNITS, 1)), 200, 1, 0.95) == 0).all()


def test_what_is_kept_in_bytes_is_what_is_drawn() -> None:
    generator = np.random.default_rng(9)
    picked = generator.integers(0, 5_000, size=(800, 5_000))
    expected = np.bincount((picked + np.arange(800)[:, None] * 5_000).ravel(), minlength=800 * 5_000).reshape(800, 5_000)
    assert (np.concatenate(list(draws(5_000, 1_600, 9)))[:800] == expected).all()
