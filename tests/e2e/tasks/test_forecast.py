"""A forecast, the whole way: folds that roll, lags that are own answers, judged against the naive one, served and scored."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support.promotion_world import World, run
from support.shared import Shared
from support.task_world import FORECAST, ask, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("forecast", lambda home: trained(home, FORECAST)))


def test_the_numbers_are_those_of_the_rows(world: World) -> None:
    import numpy as np
    import pandas as pd

    folder = world.root / "pipelines/models/demand"
    rows, test = pd.read_parquet(folder / "predictions.parquet"), pd.read_parquet(folder / "test.parquet")
    everything = pd.read_csv(world.root / "data/sales.csv", parse_dates=["day"]).set_index(["shop", "day"])["count"]
    found = json.loads((folder / "evaluation.json").read_text())
    naive = []
    row: Any
    for row in test.itertuples():
        day = pd.Timestamp(row.day)
        begin = day - dt.timedelta(days=row.forecast_step - 1)
        known = everything[row.shop][: begin - dt.timedelta(days=2)]  # a day's gap
        back = next(7 * k for k in (1, 2, 3) if day - dt.timedelta(days=7 * k) in known.index)
        naive.append(known[day - dt.timedelta(days=back)])
        assert row.forecast_scale == pytest.approx(np.abs(known.to_numpy()[7:] - known.to_numpy()[:-7]).mean())
    assert rows.baseline.tolist() == naive
    for name, by in (("metrics", "predicted"), ("baseline", "baseline")):
        assert found[name]["mase"]["value"] == pytest.approx((np.abs(rows[by] - rows.actual) / test.forecast_scale).mean())
    assert found["metrics"]["mase"]["low"] < found["metrics"]["mase"]["value"] < found["metrics"]["mase"]["high"]
    by_step = (folder / "plots/error_by_step.csv").read_text().splitlines()
    assert by_step[0] == "mae,step" and [line.split(",")[1] for line in by_step[1:]] == [str(step) for step in range(1, 8)]
    assert sorted(found["slices"]["forecast_step"]) == [str(step) for step in range(1, 8)]


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    report = tmp_path / "report.html"
    shown = run(world.root, "gate", "model/demand", "--report", str(report), check=0).out
    assert "mase" in shown and "by forecast_step" in shown and "mase" in report.read_text()
    replaced(world, FORECAST)
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        facts = read(f"{address}/v2/models/demand")
        assert facts["properties"]["task"] == "forecast" and "`count` may be sent" in facts["properties"]["history"]
        begin = dt.date(2024, 1, 1) + dt.timedelta(days=300)
        days = [begin + dt.timedelta(days=i) for i in range(-8, 3)]
        rows: list[dict[str, Any]] = [{"shop": "north", "price": 2.0, "weekday": f"{day:%a}", "day": str(day)} for day in days]
        known = [row | ({"count": 50.0 + i} if i < 8 else {}) for i, row in enumerate(rows)]
        found = ask(f"{address}/v1/models/demand:predict", {"instances": known})["predictions"]
        assert found[:8] == [50.0 + i for i in range(8)] and all(20 < value < 110 for value in found[8:])
        higher = [row | ({"count": row["count"] + 100} if "count" in row else {}) for row in known]
        assert ask(f"{address}/v1/models/demand:predict", {"instances": higher})["predictions"][8] > found[8] + 20
        refused = ask(f"{address}/v1/models/demand:predict", {"instances": rows[-1:]}, status=400)
        assert "neither known nor asked for" in refused["error"]
    written = scored(world)
    assert len(written) == 600 and {row["predicted"] for row in written} == {None}, "all were known: none was forecast"
    pack = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert pack.code == 0, pack.text
    board = run(world.root, "compare", "model/demand", "demand@v1.0.0")
    assert board.code == 0 and "mase" in board.out, board.text
