"""Forecasts: the grid, rolling origins, the naive baseline, fits for each origin, and answers step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forecast_rows import START, fitted, put_frame, series_rows, split
from support.sections import section

from mlspec.diagnostics import Problems
from mlspec.metrics.slices import Subset
from mlspec.metrics.weighted import value
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.forecast.grid import DAY, SECOND, Grid, grid_of
from mlspec.runtime.predict import check_smoke, predict

BEER = """443 410 420 532 433 421 410 512 449 381 423 531 426 408 416 520 409 398 398 507 432 398 406 526 428 397 403 517 435 383 424 521
421 402 414 500 451 380 416 492 428 408 406 506 435 380 421 490 435 390 412 454 416 403 408 482 438 386 405 491 427 383 394 473 420 390 410 488
415 398 419 488 414 374"""
"""Australian beer production by quarter, megalitres, 1992 to 2010 Q2 (Australian Bureau of Statistics)."""


def micro(*texts: str) -> Any:
    return np.array([np.datetime64(text, "us").astype(np.int64) for text in texts])


@pytest.mark.parametrize(
    ("times", "words", "season"),
    [
        (("2024-01-01T00", "2024-01-01T01", "2024-01-01T04"), "1 h", 24),
        (("2024-01-01T00:00", "2024-01-01T00:15"), "15 min", 96),
        (("2024-01-01", "2024-01-02", "2024-01-05"), "1 d", 7),
        (("2024-01-01", "2024-01-08"), "7 d", 52),
        (("2024-01-01", "2024-02-01", "2024-03-01"), "1 month", 12),
        (("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"), "1 month", 12),
        (("2024-01-15", "2024-04-15"), "3 months", 4),
        (("2024-01-01", "2025-01-01"), "12 months", 1),
        (("2024-01-01", "2024-01-29", "2024-02-26"), "28 d", 1),
    ],
)
def test_the_step_and_its_season_are_told_from_times(times, words, season) -> None:
    found = micro(*times)
    grid = grid_of(found, np.zeros(len(found), int))
    assert (grid.words, grid.season) == (words, season)
    assert grid.positions(found)[0] == 0 and (np.diff(grid.positions(found)) > 0).all()
    assert Grid.from_json(grid.to_json()) == grid


@given(st.integers(1, 3000), st.lists(st.integers(0, 10**6), min_size=2, max_size=30, unique=True))
def test_positions_are_steps_whatever_the_order(minutes, steps) -> None:
    times = np.array([*{0, 1, *steps}]) * minutes * 60 * SECOND
    grid = grid_of(times, np.zeros(len(times), int))
    at = grid.positions(times)
    assert (at * grid.size + grid.anchor == times).all() and at.min() == 0
    assert all(grid.time(int(p)) == t and grid.floor(int(t)) == p for p, t in zip(at, times, strict=True))


@pytest.mark.parametrize(
    ("times", "series", "told"),
    [
        (
            ("2024-01-01T00", "2024-01-01T01", "2024-01-01T01"),
            (0, 0, 0),
            "the time of another row of their series, such as 2024-01-01T01:00:00",
        ),
        (("2024-01-01T00", "2024-01-01T02", "2024-01-01T05"), (0, 0, 0), "lies between two steps of 2 h"),
        (("2024-01-01T00", "2024-01-01T01"), (0, 1), "no series has two rows"),
        (("2024-01-01T00", "2024-01-01T01", "2024-01-01T00:30", "2024-01-01T01:30"), (0, 0, 1, 1), "between two steps of 1 h"),
    ],
)
def test_rows_on_no_grid_are_refused(times, series, told) -> None:
    with pytest.raises(Problems) as found:
        grid_of(micro(*times), np.array(series))
    assert found.value.diagnostics[0].code == "MLS0647"
    assert told in found.value.diagnostics[0].message


def test_each_fold_is_tested_once_by_what_was_known_before_it(repository) -> None:
    frame = series_rows(repository, series=("a", "b"))
    repository.run("split", split(series=["s"], seasonality=5, gap=7200.0))
    train, test = repository.parquet("train.parquet"), repository.parquet("test.parquet")
    assert len(test) == 3 * 4 * 2 and set(test.forecast_fold) == {1, 2, 3}
    for (fold, name), part in test.groupby(["forecast_fold", "s"]):
        begin = START + timedelta(hours=60 - 12 + 4 * (int(fold) - 1))
        assert sorted(part.t) == [begin + timedelta(hours=i) for i in range(4)]
        assert part.sort_values("t").forecast_step.tolist() == [1, 2, 3, 4]
        known = train[train.forecast_from <= begin]
        assert known.t.max() == begin - timedelta(hours=3), "two hours before are left out"
        own = frame[(frame.s == name) & (frame.t < begin - timedelta(hours=2))].sort_values("t").y.to_numpy()
        assert part.forecast_scale.to_numpy() == pytest.approx(np.full(4, np.abs(own[5:] - own[:-5]).mean()))
    assert train.forecast_from.isna().sum() == 2 * 2, "the last gap: nobody learns from it, and steps go on through it"
    assert list(train)[:4] == list(frame), "columns and rows as they were"
    told = repository.json("split.json")
    assert (told["rows"], told["left_out"], told["test"]["rows"]) == (120, 0, 24)
    assert told["forecast"] == {"step": "1 h", "season": 5, "folds": ["2024-01-03T00:00:00", "2024-01-03T04:00:00", "2024-01-03T08:00:00"]}


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"horizonSteps": 30}, "MLS0642", "leave 0 steps of 1 h before the first"),
        ({"folds": 14}, "MLS0642", "leave 4 steps of 1 h before the first, and a season is 24 steps"),
        ({"horizon": 5400.0}, "MLS0642", "no whole number of steps, and a step of these rows is 1 h"),
        ({"timeColumn": None}, "MLS0644", "needs the source's `timeColumn`"),
        ({"series": ["z"]}, "MLS0644", "needs column `z`"),
    ],
)
def test_what_can_t_be_rolled_is_refused(repository, more, code, told) -> None:
    series_rows(repository)
    (found,) = repository.fails("split", {k: v for k, v in split(**more).items() if v is not None})
    assert found.code == code and told in found.message


def test_a_series_that_begins_late_is_left_out_where_nobody_knew_it(repository, capsys) -> None:
    frame = series_rows(repository, series=("a", "b"))
    late = frame[(frame.s == "a") | (frame.t >= START + timedelta(hours=53))]
    put_frame(repository, late)
    repository.run("split", split(series=["s"], seasonality=2))
    test = repository.parquet("test.parquet")
    assert test[test.s == "b"].forecast_fold.tolist() == [3] * 4
    assert test[test.s == "b"].forecast_scale.notna().all() and len(test[test.s == "a"]) == 12
    assert "3 rows of the folds left out" in capsys.readouterr().err


def test_the_seasonal_naive_numbers_of_a_textbook(repository) -> None:
    """Hyndman & Athanasopoulos, Forecasting: principles and practice, 2nd edition, section 3.4: RMSE 14.31, MAE 13.40, MAPE 3.17, MASE 0.94;
    of the mean method 38.45, 34.83, 8.28, 2.44.
    """
    beer = [float(word) for word in BEER.split()]
    quarters = pd.date_range("1992-01-01", periods=len(beer), freq="QS").to_numpy()
    repository.put("valid.parquet", {"t": quarters, "y": beer, "x": [0.0] * len(beer)})
    repository.run("split", split(horizonSteps=10, folds=1))
    _, naive = fitted(repository)
    _, mean = fitted(repository, baseline="mean")
    test = repository.parquet("test.parquet")
    for model, wanted in ((naive, (14.31, 13.40, 3.17, 0.94)), (mean, (38.45, 34.83, 8.28, 2.44))):
        said = Subset(predict(model, test).predicted, None, None, None, test.forecast_scale.to_numpy())
        found = [value(name, test.y.to_numpy(), said) for name in ("rmse", "mae", "mape", "mase")]
        assert [round(v, 2) for v in (found[0], found[1], 100 * found[2], found[3])] == list(wanted)


def test_a_row_is_answered_by_the_newest_fit_that_knew_nothing_of_it(repository) -> None:
    from sklearn.linear_model import LinearRegression

    frame = series_rows(repository, series=("a", "b"))
    repository.run("split", split(series=["s"], gap=3600.0))
    model, naive = fitted(repository, series=["s"])
    assert model.signature.predictors == ["x"] and model.signature.names == ["x", "s", "t"]
    test = repository.parquet("test.parquet")
    said, floor = predict(model, test).predicted, predict(naive, test).predicted
    values = {(row.s, row.t): row.y for row in frame.itertuples()}
    for fold in (1, 2, 3):
        begin = START + timedelta(hours=48 + 4 * (fold - 1))
        known, rows = frame[frame.t < begin - timedelta(hours=1)], (test.forecast_fold == fold).to_numpy()
        assert said[rows] == pytest.approx(LinearRegression().fit(known[["x"]], known.y).predict(test[rows][["x"]]))
        assert floor[rows].tolist() == [values[row.s, row.t - timedelta(hours=24)] for row in test[rows].itertuples()]
    later = test.assign(t=test.t + timedelta(days=40))
    assert predict(model, later).predicted[:3] == pytest.approx(LinearRegression().fit(known[["x"]], known.y).predict(later[["x"]])[:3])
    assert check_smoke(model) == []


def chained(frame, begin, gap, lags, mean, horizon):
    """The same step by step, written plainly: fit on rows with all lags, answer one after another from the gap on."""
    from sklearn.linear_model import LinearRegression

    y = frame.sort_values("t").set_index("t").y
    x = frame.sort_values("t").set_index("t").x
    known = y[y.index < begin - gap]

    def told(when, past):
        return [
            x[when],
            *(past[when - timedelta(hours=lag)] for lag in lags),
            np.mean([past[when - timedelta(hours=i)] for i in range(1, mean + 1)]),
        ]

    usable = list(known.index[max(*lags, mean) :])
    model = LinearRegression().fit([told(when, known) for when in usable], known[usable])
    past, when = dict(known), known.index.max() + timedelta(hours=1)
    while when < begin + timedelta(hours=horizon):
        past[when] = float(model.predict([told(when, past)])[0])
        when += timedelta(hours=1)
    return [past[begin + timedelta(hours=i)] for i in range(horizon)]


@pytest.mark.parametrize("gap", [0.0, 7200.0])
def test_lags_after_the_origin_are_own_answers(repository, gap) -> None:
    frame = series_rows(repository)
    repository.run("split", split(gap=gap))
    model, _ = fitted(repository, lags=[1, 3], rollingMeans=[4])
    test = repository.parquet("test.parquet").sort_values("t")
    said = predict(model, test).predicted
    for fold in (1, 2, 3):
        begin = START + timedelta(hours=48 + 4 * (fold - 1))
        wanted = chained(frame, begin, timedelta(seconds=gap), [1, 3], 4, 4)
        assert said[(test.forecast_fold == fold).to_numpy()] == pytest.approx(wanted)
    other = test.assign(y=1e9)
    assert predict(model, other).predicted == pytest.approx(said), "what is measured never sees the target"
    assert check_smoke(model) == [] and len(model.smoke["inputs"]) > 0


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_forecast(recursive, dice) -> None:
    model, test, said = recursive
    order = list(range(len(test)))
    dice.shuffle(order)
    assert predict(model, test.iloc[order]).predicted == pytest.approx(said[order], rel=1e-12)


@pytest.fixture(scope="module")
def recursive(tmp_path_factory):
    from support.stage_folder import Repository

    repository = Repository(tmp_path_factory.mktemp("recursive"))
    series_rows(repository, series=("a", "b"))
    repository.run("split", split(series=["s"]))
    model, _ = fitted(repository, series=["s"], lags=[1, 24])
    test = repository.parquet("test.parquet")
    return model, test, predict(model, test).predicted


def test_known_values_since_the_origin_are_taken_where_they_are_sent(recursive) -> None:
    model, test, _ = recursive
    last = test[(test.forecast_fold == 3) & (test.s == "a")].sort_values("t")
    chain = predict(model, last).predicted
    given_ = last.assign(y=[*last.y[:2], None, None])
    told = predict(model, given_, history=True).predicted
    assert told[:2].tolist() == last.y[:2].tolist() and told[2] != pytest.approx(chain[2])
    same = predict(model, last.assign(y=[*chain[:2], None, None]), history=True).predicted
    assert same == pytest.approx(chain), "with its own answers as history it goes on as it did"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.iloc[[1]], "needs values before it that are neither known nor asked for"),
        (lambda rows: rows.iloc[[0, 0]], "of the same time and series"),
        (lambda rows: rows.iloc[[0]].assign(t=START), "stand before the origin"),
        (lambda rows: rows.assign(s="new"), "needs values before it"),
    ],
)
def test_rows_that_can_t_be_reached_are_refused(recursive, change, told) -> None:
    model, test, _ = recursive
    rows = test[(test.forecast_fold == 3) & (test.s == "a")].sort_values("t")
    with pytest.raises(Problems) as found:
        predict(model, change(rows).drop(columns="y"), history=True)
    assert found.value.diagnostics[0].code == "MLS0649" and told in found.value.diagnostics[0].message


def test_a_step_that_no_row_has_is_a_hole_where_it_is_measured_and_refused_where_it_is_served(recursive) -> None:
    model, test, _ = recursive
    rows = test[(test.forecast_fold == 3) & (test.s == "a")].sort_values("t").drop(columns="y")
    whole, some = predict(model, rows).predicted, rows.iloc[[0, 1, 3]]
    measured = predict(model, some).predicted
    assert measured[:2] == pytest.approx(whole[:2]) and np.isfinite(measured).all() and measured[2] != pytest.approx(whole[3])
    with pytest.raises(Problems, match="neither known nor asked for"):
        predict(model, some, history=True)
    assert predict(model, rows, history=True).predicted == pytest.approx(whole)


def test_a_trainer_is_called_for_each_origin_and_lags_alone_are_enough(repository) -> None:
    repository.write(
        "src/own.py", "from sklearn.linear_model import LinearRegression\ndef fit(x, y):\n    return LinearRegression().fit(x, y)\n"
    )
    series_rows(repository)
    repository.run("split", split())
    plain, _ = fitted(repository)
    more = {"forecast": {}, "timeColumn": "t", "task": "forecast", "features": {"include": ["x"]}, "baseline": "mean", "key": []}
    own = section() | more | {"trainer": {"callable": "src.own:fit"}}
    repository.run("train", {key: value for key, value in own.items() if key != "estimator"})
    folder, test = repository.folder / "model", repository.parquet("test.parquet")
    trained = load_model(folder, digest_folder(folder))
    assert len(trained.estimator.fits) == 3
    assert predict(trained, test).predicted == pytest.approx(predict(plain, test).predicted)
    bare = section("sklearn.linear_model.Ridge") | more | {"forecast": {"lags": [24]}, "features": {"exclude": ["x", "s"]}}
    repository.run("train", bare)
    alone = load_model(folder, digest_folder(folder))
    assert alone.signature.names == ["t"] and np.isfinite(predict(alone, test).predicted).all()


def test_training_twice_gives_the_same_bytes(repository) -> None:
    series_rows(repository, series=("a", "b"))
    repository.run("split", split(series=["s"]))
    first = [model.digest for model in fitted(repository, "sklearn.ensemble.HistGradientBoostingRegressor", series=["s"], lags=[1, 2])]
    assert [m.digest for m in fitted(repository, "sklearn.ensemble.HistGradientBoostingRegressor", series=["s"], lags=[1, 2])] == first


def test_months_roll_by_months(repository) -> None:
    months = pd.date_range("2015-01-31", periods=60, freq="ME")
    repository.put("valid.parquet", {"t": months.to_numpy(), "x": np.arange(60.0), "y": np.arange(60.0) % 12})
    repository.run("split", split(horizonSteps=6, folds=2))
    test = repository.parquet("test.parquet")
    assert test.t.dt.strftime("%Y-%m").tolist() == [f"2019-{m:02d}" for m in range(1, 13)]
    _, naive = fitted(repository)
    assert predict(naive, test).predicted.tolist() == test.y.tolist()
    (found,) = repository.fails("split", split(horizon=DAY / SECOND * 30, folds=2))
    assert found.code == "MLS0642" and "1 month" in found.message


def looks_back(y: pd.Series[Any], kind: str) -> Any:
    """A column made of the past of one series in order."""
    made = {
        "lag_1": lambda: y.shift(1),
        "lag_3": lambda: y.shift(3),
        "lag_4": lambda: y.shift(4),
        "mean_24": lambda: y.shift(1).rolling(24).mean(),
        "sum_5": lambda: y.shift(2).rolling(5).sum(),
        "mean_5_of_4": lambda: y.shift(4).rolling(5).mean(),
        "before": lambda: y.shift(1).expanding().mean(),
        "difference": lambda: y.shift(1) - y.shift(7),
        "difference_of_4": lambda: y.shift(4) - y.shift(7),
        "price": lambda: y * 0.5 + np.random.default_rng(2).normal(size=len(y)),
        "clock": lambda: pd.Series(np.arange(len(y)) % 24, index=y.index),
    }
    return made[kind]()


SHORT = {"lag_1": 1, "lag_3": 3, "mean_24": 1, "sum_5": 2, "before": 1, "difference": 1}


@pytest.mark.parametrize("gap", [0.0, 3600.0])
def test_columns_that_look_past_the_origin_are_found_and_no_others(repository, gap) -> None:
    from mlspec.runtime.forecast.short_lags import short_lags

    kinds = [*SHORT, "lag_4", "mean_5_of_4", "difference_of_4", "price", "clock"]
    frame = series_rows(repository, steps=200, series=("a", "b"))
    made = frame.sort_values(["s", "t"])
    for kind in kinds:
        made[kind] = made.groupby("s").y.transform(lambda y, kind=kind: looks_back(y, kind))
    put_frame(repository, made)
    repository.run("split", split(series=["s"], gap=gap))
    model, _ = fitted(repository, features=["x", *kinds], series=["s"])
    params = {"target": "y", "timeColumn": "t", "forecast": {"series": ["s"]}}
    found = short_lags(params, model.signature, repository.parquet("train.parquet"), repository.parquet("test.parquet"))
    late = {"lag_4": 4, "mean_5_of_4": 4, "difference_of_4": 4} if gap else {}
    assert {name: one.lag for name, one in found.items()} == SHORT | late
    assert {one.needed for one in found.values()} == {5 if gap else 4}
    assert found["mean_24"].what == "the mean of the target over 24 steps up to 1 step before its row"


def test_a_target_that_repeats_itself_gives_nothing_away(repository) -> None:
    from mlspec.runtime.forecast.short_lags import short_lags

    frame = series_rows(repository, steps=100).sort_values("t")
    frame["y"] = np.arange(100.0) % 4
    frame["before"] = frame.y.shift(1)
    put_frame(repository, frame)
    repository.run("split", split(seasonality=3))
    model, _ = fitted(repository, features=["x", "before"])
    params = {"target": "y", "timeColumn": "t", "forecast": {}}
    assert short_lags(params, model.signature, repository.parquet("train.parquet"), repository.parquet("test.parquet")) == {}


def test_latency_is_of_rows_that_can_be_answered_alone(recursive) -> None:
    from mlspec.runtime.evaluate.measures import alone, latency_p99

    model, test, _ = recursive
    assert set(alone(model, test).forecast_step) == {1} and len(alone(model, test)) == 6
    assert 0 < latency_p99(model, test) < 5
