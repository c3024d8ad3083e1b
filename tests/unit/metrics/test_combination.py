"""Leakage by combination: made targets are found and named, honest ones stay silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlspec.metrics.combination import Combination, combination

LIMIT = 0.9999
ROWS = 600


def found(frame: pd.DataFrame, task: str = "regression") -> Combination | None:
    return combination(frame, [str(c) for c in frame.columns if c != "y"], "y", task, limit=LIMIT, seed=7)


def honest(rows: int = ROWS, **more: Any) -> tuple[pd.DataFrame, np.random.Generator]:
    dice = np.random.default_rng(5)
    frame = pd.DataFrame({f"x{i}": dice.normal(size=rows) for i in range(6)})
    return frame.assign(cat=dice.choice(list("abcd"), rows), few=dice.integers(0, 5, rows), **more), dice


def parts(count: int) -> tuple[pd.DataFrame, list[str], np.random.Generator]:
    frame, dice = honest()
    names = [f"p{i}" for i in range(count)]
    return frame.assign(**{name: dice.lognormal(3, 1, ROWS).round(1) for name in names}), names, dice


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("how", ["whole", "missing", "wrong rows"])
def test_the_parts_of_a_sum(count: int, how: str) -> None:
    frame, names, dice = parts(count)
    frame["y"] = frame[names].sum(axis=1)
    if how == "missing":
        frame.loc[dice.random(ROWS) < 0.15, "p1"] = np.nan
    if how == "wrong rows":
        frame.loc[dice.random(ROWS) < 0.04, "y"] *= 1.5
    one = found(frame)
    assert one is not None
    assert one.explained >= LIMIT
    assert one.columns == tuple(names)


MADE = {
    "product": lambda f: f.p0 * f.p1,
    "product in cents": lambda f: (f.p0 * f.p1).round(2),
    "ratio": lambda f: f.p0 / f.p1,
    "difference": lambda f: f.p0 - f.p1,
    "weighted": lambda f: 3.2 * f.p0 - 1.7 * f.p1 + 5,
    "rounded": lambda f: (f.p0 + f.p1).round(),
    "logarithm of a sum": lambda f: np.log(f.p0 + f.p1),
    "logarithm of a product": lambda f: np.log(f.p0 * f.p1),
}


@pytest.mark.parametrize("how", MADE)
def test_other_makings(how: str) -> None:
    frame, names, _ = parts(2)
    one = found(frame.assign(y=MADE[how](frame)))
    assert one is not None
    assert one.explained >= LIMIT
    assert one.columns == tuple(names)


@pytest.mark.parametrize("by", ["added", "multiplied"])
def test_a_part_that_a_category_hides(by: str) -> None:
    frame, _, _ = parts(1)
    size = frame.cat.map({"a": 1.0, "b": 30.0, "c": 70.0, "d": 150.0})
    one = found(frame.assign(y=frame.p0 + size if by == "added" else frame.p0 * size))
    assert one is not None
    assert (one.explained >= LIMIT, one.columns) == (True, ("cat", "p0"))


DAY = pd.Timestamp("2024-01-01")
AMOUNTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "quantity and price": (lambda f: (f.pieces * f.p0).round(2), ("pieces", "p0")),
    "less a rate": (lambda f: f.pieces * f.p0 * (1 - f.rate), ("pieces", "p0", "rate")),
    "plus a share": (lambda f: f.p0 * (1 + f.share), ("share", "p0")),
    "less a percentage": (lambda f: f.p0 * (1 - f.percent / 100), ("percent", "p0")),
    "less an amount": (lambda f: f.pieces * f.p0 - f.p1, ("pieces", "p0", "p1")),
    "another sum a category": (lambda f: f.p0 * f.cat.map({"a": 1, "b": -1, "c": 2, "d": 0.5}) + f.p1, ("cat", "p0", "p1")),
    "from one time to another": (lambda f: (f.until - f.since).dt.total_seconds(), ("since", "until")),
    "from one day to another": (lambda f: (f.last - f.first).map(lambda gap: gap.days), ("first", "last")),
    "numbers in texts": (lambda f: f.weight.str[:-3].astype("float64") + f.p0, ("weight", "p0")),
    "a number in a text": (lambda f: f.weight.str[:-3].astype("float64"), ("weight",)),
}


@pytest.mark.parametrize("how", AMOUNTS)
def test_amounts_and_times(how: str) -> None:
    frame, _, dice = parts(2)
    since = DAY + pd.to_timedelta(dice.integers(0, 10**7, ROWS), unit="s")
    first = [(DAY + pd.Timedelta(days=int(n))).date() for n in dice.integers(0, 900, ROWS)]
    frame = frame.assign(
        pieces=dice.integers(1, 9, ROWS),
        rate=dice.choice([0, 0.1, 0.25, 0.4], ROWS),
        share=dice.uniform(0, 0.5, ROWS),
        percent=dice.uniform(0, 60, ROWS),
        since=since,
        until=since + pd.to_timedelta(dice.exponential(3600, ROWS), unit="s"),
        first=first,
        last=[day + pd.Timedelta(days=int(n)).to_pytimedelta() for day, n in zip(first, dice.integers(1, 40, ROWS), strict=True)],
        weight=[f"{size:,.2f} kg" for size in dice.uniform(100, 999, ROWS)],
    )
    make, columns = AMOUNTS[how]
    one = found(frame.assign(y=make(frame)))
    assert one is not None
    assert one.explained >= LIMIT
    assert set(one.columns) == set(columns)


def test_what_a_formula_follows_closely_is_none() -> None:
    dice = np.random.default_rng(3)
    frame = pd.DataFrame({name: dice.uniform(size=ROWS) for name in "abcd"})
    assert found(frame.assign(y=np.exp(frame.a / 2) * np.sin(frame.b) + frame.c**3)) is None
    assert found(frame.assign(amount=frame.a * frame.b * 90, y=lambda f: f.amount * dice.normal(1, 0.05, ROWS))) is None


def test_missing_parts_that_count_as_nothing() -> None:
    frame, names, dice = parts(3)
    for name in names:
        frame.loc[dice.random(ROWS) < 0.6, name] = np.nan
    one = found(frame.assign(y=frame[names].sum(axis=1)))
    assert one is not None
    assert (one.explained >= LIMIT, one.columns) == (True, tuple(names))


def test_the_target_s_classes_as_columns() -> None:
    frame, dice = honest()
    label = dice.choice(list("uvw"), ROWS)
    one = found(frame.assign(**{f"is_{c}": label == c for c in "uvw"}, y=label), "multiclass")
    assert one is not None
    assert one.explained == 1
    assert one.columns[0].startswith("is_")


@pytest.mark.parametrize("classes", [2, 3])
def test_a_class_by_a_threshold_of_a_sum(classes: int) -> None:
    frame, _ = honest(a=np.random.default_rng(1).normal(size=ROWS), b=np.random.default_rng(2).normal(size=ROWS))
    one = found(
        frame.assign(y=np.digitize(frame.a + frame.b, [0.5] if classes == 2 else [-1, 1])), "binary" if classes == 2 else "multiclass"
    )
    assert one is not None
    assert (one.explained >= LIMIT, one.columns, one.form) == (True, ("a", "b"), "threshold")


@pytest.mark.parametrize("name", ["diabetes", "breast_cancer", "iris", "wine"])
def test_real_data_stay_silent(name: str) -> None:
    from sklearn import datasets

    frame = getattr(datasets, f"load_{name}")(as_frame=True).frame.rename(columns={"target": "y"})
    assert found(frame, "regression" if name == "diabetes" else "multiclass") is None


@pytest.mark.parametrize("noise", [1.0, 0.3, 0.1])
@pytest.mark.parametrize("rows", [60, 300, 2000])
def test_an_easy_linear_problem_stays_silent(rows: int, noise: float) -> None:
    frame, dice = honest(rows)
    signal = 2 * frame.x0 - frame.x1 + 0.5 * frame.x2
    assert found(frame.assign(y=signal + dice.normal(size=rows) * noise * signal.std())) is None


def test_a_strong_fit_is_told_and_no_identity() -> None:
    frame, dice = honest()
    signal = 2 * frame.x0 - frame.x1
    one = found(frame.assign(y=signal + dice.normal(size=ROWS) * 0.02 * signal.std()))
    assert one is not None
    assert one.explained < LIMIT
    assert one.columns == ("x0", "x1")


def test_the_last_value_of_a_slow_series_is_no_identity() -> None:
    walk = 100 + np.cumsum(np.random.default_rng(3).normal(size=4000))
    assert found(pd.DataFrame({"yesterday": walk[1:-1], "before": walk[:-2], "y": walk[2:]})) is None


def test_classes_that_a_steep_curve_or_a_gap_divides_stay_silent() -> None:
    frame, dice = honest(2000)
    assert found(frame.assign(y=((frame.x0 + frame.x1) * 8 + dice.logistic(size=2000) > 0).astype(int)), "binary") is None
    side = dice.integers(0, 2, 2000)
    assert found(frame.assign(x0=frame.x0 * 0.3 + side * 6, y=side), "binary") is None


def test_mostly_zeros_constant_and_tiny_targets_stay_silent() -> None:
    frame, dice = honest()
    assert found(frame.assign(y=np.where(dice.random(ROWS) < 0.93, 0.0, np.exp(frame.x0 + dice.normal(size=ROWS))))) is None
    assert found(frame.assign(y=1.0)) is None
    assert found(frame.assign(y=frame.x0 + frame.x1).head(20)) is None


def test_more_columns_than_a_fit_takes() -> None:
    dice = np.random.default_rng(4)
    frame = pd.DataFrame(dice.normal(size=(900, 240)), columns=[f"c{i}" for i in range(240)])
    one = found(frame.assign(y=frame.c7 + frame.c200))
    assert one is not None
    assert one.columns == ("c7", "c200")


@pytest.mark.filterwarnings("error")
def test_a_column_without_any_value_is_no_part_and_no_warning() -> None:
    frame, names, _ = parts(2)
    frame["y"] = frame[names].sum(axis=1)
    one = found(frame.assign(nothing=np.nan))
    assert one is not None and one.columns == tuple(names)
