"""`mlspec seeds`: other seeds of the same recipe; what was measured is not measured again, and the gate knows it."""

from __future__ import annotations

import json

import pytest
from support.promotion_world import ESTIMATOR, World, replace, run

pytestmark = pytest.mark.e2e
FOREST = "{class: sklearn.ensemble.RandomForestRegressor, params: {n_estimators: 5, max_depth: 4}}"


def test_a_recipe_that_draws_nothing_says_so_and_is_measured_once(deployed: World) -> None:
    found = json.loads(run(deployed.root, "seeds", "model/demand", "-n", "2", "--format", "json", check=0).out)
    gate = json.loads(run(deployed.root, "gate", "model/demand", "--format", "json").out)["models"][0]
    assert found["seeds"] == [found["own"] + 1, found["own"] + 2] and found["digest"] == gate["digest"]
    mae = found["metrics"]["mae"]
    assert mae["min"] == mae["max"] == mae["standing"] == pytest.approx(gate["gates"][0]["value"]) and mae["sd"] == 0
    again = run(deployed.root, "seeds", "model/demand", "-n", "2", check=0)
    assert "training" not in again.err and "Every seed gives the same metrics" in again.out


def test_a_stale_model_has_no_band(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 100.0")
    run(deployed.root, "apply", check=0)
    assert "MLS0707" in run(deployed.root, "seeds", "model/demand", check=1).err


@pytest.mark.slow
def test_a_forest_has_a_band_and_more_seeds_train_only_what_is_new(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", ESTIMATOR, FOREST)
    deployed.train()
    first = json.loads(run(deployed.root, "seeds", "model/demand", "-n", "2", "--format", "json", check=0).out)
    assert first["metrics"]["mae"]["min"] < first["metrics"]["mae"]["max"]
    more = run(deployed.root, "seeds", "model/demand", "-n", "3", "--format", "json", check=0)
    assert "1 training with other seeds" in more.err
    assert json.loads(more.out)["metrics"]["mae"]["values"][:2] == first["metrics"]["mae"]["values"]
    assert run(deployed.root, "seeds", "model/demand", "-n", "2", "--report", "seeds.html", check=0).out.count("of 2") >= 3
