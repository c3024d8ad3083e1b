"""How training rows and test rows are told side by side: which way the gap goes, and that nothing is said of what nobody measured."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.judged import judged

from mlspec.ci.gather.judging import _metric as handed
from mlspec.ci.report import _metric as taken
from mlspec.gates.blocks import metric_table
from mlspec.gates.overfit import gap, training_line
from mlspec.gates.overview import MetricRow, metric_rows
from mlspec.gates.tables import as_json
from mlspec.metrics.estimate import Resampling
from mlspec.registry.records import Estimate
from mlspec.runtime.predict import Predictions


def row(metric: str, test: float, train: float | None) -> MetricRow:
    found = Estimate(value=test)
    return MetricRow(metric, found, found, train=train)


@pytest.mark.parametrize(
    ("metric", "test", "train", "said"),
    [
        ("mae", 48.3, 40.1, "8.2 worse"),
        ("mae", 40.1, 48.3, "8.2 better"),
        ("accuracy", 0.75, 1.0, "0.25 worse"),
        ("accuracy", 1.0, 0.75, "0.25 better"),
        ("bias", 3.0, 1.0, "2 more"),
        ("bias", -1.0, 1.0, "2 less"),
        ("r2", 0.5, 0.5, "the same"),
    ],
)
def test_which_way_the_gap_goes(metric: str, test: float, train: float, said: str) -> None:
    assert gap(row(metric, test, train)) == said


def test_a_line_of_the_metrics_that_are_judged_first() -> None:
    rows = (row("mae", 48.3, 40.1), row("r2", 0.5, 0.75), row("rmse", 9.0, None))
    assert training_line(rows, ("r2",)) == "r2 0.75 on training rows and 0.5 on test rows (0.25 worse); mae 40.1 and 48.3 (8.2 worse)"
    assert not training_line((row("rmse", 9.0, None),))


def test_numbers_of_training_rows_are_those_of_the_metrics() -> None:
    actual, answers = np.array([1.0, 2.0, 4.0]), Predictions(np.array([1.0, 2.0, 1.0]), None, None)
    test = Predictions(np.array([0.0, 0.0, 0.0]), None, None)
    evidence: Any = SimpleNamespace(actual=actual, challenger=test, baseline=test, champion=None)
    [found] = metric_rows(["mae"], evidence, Resampling(resamples=200), (actual, answers))
    assert (found.challenger.value, found.train) == (pytest.approx(7 / 3), 1.0)


def test_tables_have_a_column_only_where_somebody_looked() -> None:
    judgement = judged("regression", ["mae <= 50"])
    plain = metric_table(judgement)
    assert plain is not None
    assert "on training rows (test rows)" not in [c.heading for c in plain.columns]
    looked = replace(judgement, metrics=tuple(replace(m, train=m.challenger.value / 2) for m in judgement.metrics))
    table = metric_table(looked)
    assert table is not None
    assert [c.heading for c in table.columns][-1] == "on training rows (test rows)"
    assert "worse)" in str(table.rows[0][-1])
    assert as_json(looked)["metrics"]["mae"]["train"] == looked.metrics[0].train
    assert "train" not in as_json(judgement)["metrics"]["mae"]


def test_it_comes_whole_through_the_report_of_a_run() -> None:
    one = row("mae", 48.3, 40.1)
    assert taken(handed(one)).train == 40.1
    assert taken(handed(row("mae", 48.3, None))).train is None
