"""Quantiles, the whole way: levels that are fitted, judged, served and scored, each in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.promotion_world import World, replace, run
from support.shared import Shared
from support.task_world import QUANTILE, ask, read, replaced, scored, served, trained

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(shared: Shared) -> World:
    return World(shared.once("quantile", lambda home: trained(home, QUANTILE)))


def test_the_numbers_are_scikit_learns(world: World) -> None:
    import numpy as np
    import pandas as pd
    from sklearn.metrics import mean_pinball_loss

    folder = world.root / "pipelines/models/demand"
    rows = pd.read_parquet(folder / "predictions.parquet")
    said, base = np.array(rows.predicted.tolist()), np.array(rows.baseline.tolist())
    found = json.loads((folder / "evaluation.json").read_text())
    losses = [mean_pinball_loss(rows.actual, said[:, i], alpha=level) for i, level in enumerate((0.1, 0.5, 0.9))]
    assert [one["pinball"] for one in found["levels"].values()] == pytest.approx(losses)
    assert found["metrics"]["pinball"]["value"] == pytest.approx(np.mean(losses))
    inside = (said[:, 0] <= rows.actual) & (rows.actual <= said[:, 2])
    assert found["metrics"]["interval_coverage"]["value"] == pytest.approx(inside.mean())
    train = pd.read_parquet(folder / "train.parquet")["count"]
    assert base[0].tolist() == pytest.approx(np.quantile(train, (0.1, 0.5, 0.9)).tolist())
    assert (folder / "plots/levels.csv").read_text().startswith("level,below\n0.1,")
    assert (folder / "plots/error_over_time.csv").read_text().startswith("pinball,period\n")


def test_from_the_gate_to_what_is_served_and_scored(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    shown = run(world.root, "gate", "model/demand", check=0).out
    assert "by quantile" in shown and "0.9" in shown
    replaced(world, QUANTILE)
    checked = world.verify()
    assert checked.code == 0, checked.text
    with served(world) as address:
        facts = read(f"{address}/v2/models/demand")
        assert (facts["properties"]["quantiles"], facts["outputs"][0]["shape"]) == ("[0.1, 0.5, 0.9]", [-1, 3])
        tensors = [
            {"name": "shop", "datatype": "BYTES", "shape": [2], "data": ["south", "north"]},
            {"name": "price", "datatype": "FP64", "shape": [2], "data": [1.0, 5.0]},
        ]
        (found,) = ask(f"{address}/v2/models/demand/infer", {"inputs": tensors})["outputs"]
        assert (found["datatype"], found["shape"]) == ("FP64", [2, 3])
        assert found["data"][:3] == sorted(found["data"][:3]) and found["data"][1] == pytest.approx(100, abs=5)
        assert found["data"][5] - found["data"][3] > 2 * (found["data"][2] - found["data"][0])
        plain = ask(f"{address}/v1/models/demand:predict", {"instances": [{"shop": "south", "price": 1.0}]})["predictions"]
        assert plain == [pytest.approx(found["data"][:3])]
    rows = scored(world)
    assert len(rows) == 600 and all(row["predicted"] == sorted(row["predicted"]) and len(row["predicted"]) == 3 for row in rows)
    pack = run(world.root, "evidence", "model/demand", "v1.1.0", "--output", str(tmp_path / "pack"))
    assert pack.code == 0, pack.text


def test_a_champion_of_other_levels_is_no_champion(world: World, tmp_path: Path) -> None:
    world = world.copy(tmp_path)
    world.promote()
    world.merge("mlspec/promote/staging/demand/v1.0.0")
    replace(world.root, "specs/demand.yaml", "[0.1, 0.5, 0.9]", "[0.05, 0.5, 0.95]")
    world.train("Other levels")
    refused = run(world.root, "gate", "model/demand", "--env", "staging")
    assert refused.code == 1 and "it answers the quantiles 0.1, 0.5, 0.9, and 0.05, 0.5, 0.95 are asked for" in refused.text
