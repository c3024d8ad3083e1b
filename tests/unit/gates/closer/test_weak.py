"""Where a model is weak, by its features: ranges of numbers, values of categories, missing ones, and no personal value."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.closer_world import made, spec

from mlspec.gates.closer.told import sections
from mlspec.gates.closer.weak import weak_spots
from mlspec.runtime.predict import Predictions

NOBODY = frozenset[str]()


def test_a_range_in_which_it_errs_is_found_and_told(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path, 2_000)
    strong = pd.read_parquet(bench.test)["strong"].to_numpy()
    said = np.asarray(evidence.challenger.predicted, dtype=float) + 5 * (strong > 1)
    found = weak_spots(bench, replace(evidence, challenger=Predictions(said, None, None)), spec(), NOBODY)
    assert found is not None and found.loss == "absolute error" and found.looks == 12 + 3 * 16
    assert found.found[0].name[0].startswith("strong from ")
    assert found.found[0].least > 0.5
    (section,) = sections(found, ())
    assert "Bonferroni" in str(section) and found.found[0].name[0] in str(section)


def test_none_is_worth_a_line(tmp_path: Path) -> None:
    found = weak_spots(*made(tmp_path, 500), spec(), NOBODY)
    assert found is not None and not found.found
    (section,) = sections(found, ())
    assert "Nowhere does it err more" in str(section)


def test_personal_features_are_not_looked_through(tmp_path: Path) -> None:
    found = weak_spots(*made(tmp_path, 500), spec(), frozenset({"strong", "weak"}))
    assert found is not None and found.looks == 4


def test_classes_by_log_loss_or_by_wrong_answers(tmp_path: Path) -> None:
    bench, evidence = made(tmp_path, 500, classes=("no", "yes"))
    found = weak_spots(bench, evidence, spec("accuracy >= 0.5"), NOBODY)
    assert found is not None and found.loss == "log loss" and found.found
    plain = Predictions(evidence.challenger.predicted, None, ("no", "yes"))
    found = weak_spots(bench, replace(evidence, challenger=plain), spec("accuracy >= 0.5"), NOBODY)
    assert found is not None and found.loss == "share of wrong answers"


@pytest.mark.parametrize("values", [["a", None, "b"] * 200, [1, 2, None] * 200, [True, False, None] * 200])
def test_missing_values_are_a_slice(tmp_path: Path, values: list[object]) -> None:
    bench, evidence = made(tmp_path, 600)
    frame = pd.read_parquet(bench.test)
    frame["weak"] = pd.Series(values, dtype="object" if isinstance(values[0], str) else "Int64" if values[0] == 1 else "boolean")
    frame.to_parquet(bench.test, index=False)
    said = np.asarray(evidence.actual, dtype=float) + 3.0 * frame["weak"].isna().to_numpy() + np.random.default_rng(1).random(600)
    found = weak_spots(bench, replace(evidence, challenger=Predictions(said, None, None)), spec(), NOBODY)
    assert found is not None and found.found[0].name == ("weak = (missing)",)


@pytest.mark.filterwarnings("error")
def test_a_value_that_most_rows_share_hides_no_range() -> None:
    from mlspec.gates.closer.weak import _ranges

    few = np.arange(1.0, 81.0)
    pieces = {name: int(mask.sum()) for name, mask in _ranges("rain", np.concatenate([np.zeros(320), few]))}
    assert pieces == {"rain = 0": 320, "rain from 1 to 80": 80, "rain = (missing)": 0}
    whole = dict(_ranges("x", np.concatenate([np.full(200, np.inf), few, [np.nan]])))
    assert sum(int(mask.sum()) for mask in whole.values()) == 281, "each row is in one piece"
    around = {name: int(mask.sum()) for name, mask in _ranges("t", np.concatenate([-few, np.zeros(160), few]))}
    assert around == {"t = 0": 160, "t from -80 below -1": 79, "t from -1 to 80, not 0": 81, "t = (missing)": 0}
