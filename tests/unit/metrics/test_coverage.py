"""Intervals hold the truth as often as they say, or are not given; and a gate at the true value seldom passes.

All cells take about ten minutes of one core. The table in docs/reference/coverage.md is made of the same cells, by tools/coverage_page.py.
"""

from __future__ import annotations

import numpy as np
import pytest
from support.coverage import ROWS, RUNS, WORLDS, cells

from mlspec.gates.judge import Evidence, judge
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.slices import Subset

HOLDS, PASSES, NOISE = 0.93, 0.04, 2.0
"""The limits, and how many standard errors of the simulation a share may stand past them by chance (0.04 of 2,000 runs: 0.0044)."""


@pytest.mark.slow
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("world", WORLDS)
def test_every_interval_holds_the_truth_or_is_not_given(world: str, rows: int) -> None:
    most = PASSES + NOISE * (PASSES * (1 - PASSES) / RUNS) ** 0.5
    wrong = [cell for cell in cells(world, rows, RUNS) if cell.covered < HOLDS or cell.passed > most]
    assert not wrong, wrong


@pytest.mark.parametrize(("world", "rows"), [("normal", 100), ("clustered", 300), ("AR 0.5", 300), ("log-normal", 50), ("balanced", 100)])
def test_a_few_cells(world: str, rows: int) -> None:
    """150 samples: a standard error of 0.02."""
    wrong = [cell for cell in cells(world, rows, 150) if cell.covered < 0.89 or cell.passed > 0.075]
    assert not wrong, wrong


@pytest.mark.parametrize(("metric", "rows"), [("mae", 200), ("rmse", 200), ("mse", 1000)])
def test_no_interval_is_no_way_out(metric: str, rows: int) -> None:
    """Normal errors whose true value is 0.8 of the threshold: at most 10% of samples are inconclusive (mse of 200 rows: 40%, by any method)."""
    true = {"mae": (2 / np.pi) ** 0.5, "rmse": 1.0, "mse": 1.0}[metric]
    spec = KPISetSpec.model_validate({"model": "m", "kpis": [f"{metric} <= {true / 0.8}"], "bootstrap": {"resamples": 400}})
    dice, runs, verdicts = np.random.default_rng(rows), 200, []
    for _ in range(runs):
        answers = Subset(dice.normal(size=rows), None, None)
        verdicts.append(judge(spec, Evidence("regression", np.zeros(rows), answers, answers)).gates[0].verdict)
    assert verdicts.count("inconclusive") / runs <= 0.1
    assert verdicts.count("pass") / runs >= 0.85
