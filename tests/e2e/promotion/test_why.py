"""`mlspec why`: planted causes of a change are found, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.promotion_world import CODE, World, replace, run

pytestmark = pytest.mark.e2e
WHY = ("why", "model/demand", "--since", "v1.0.0", "--by", "mae")
WORSE = (
    CODE
    + """
    def predict(self, X):
        return super().predict(X) + 9.0
"""
)


def shares(world: World, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(world.root, *WHY, *more, "--format", "json", check=0).out)
    parts = {s["name"]: s["change"] for s in found["shares"]}
    assert sum(p["value"] for p in parts.values()) == pytest.approx(found["change"]), "the parts add up to the change"
    return found | {"parts": parts}


def test_parameters_are_all_that_changed(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    deployed.train()
    found = shares(deployed)
    parts = found["parts"]
    assert parts["parameters"]["high"] < 0, "less error, and the rows tell it"
    assert parts["parameters"]["value"] == pytest.approx(found["change"])
    assert [parts[name]["value"] for name in ("rows it is judged on", "environment", "what no second training repeats")] == [0, 0, 0]
    again = run(deployed.root, *WHY, check=0)
    assert "training" not in again.err, "what was trained is kept"
    assert "estimator.params.alpha 200 -> 1" in again.out
    assert "these rows tell from nothing: parameters" in again.out


def test_a_change_that_is_none_has_no_parts(deployed: World) -> None:
    found = shares(deployed)
    assert found["change"] == 0 and {p["value"] for p in found["parts"].values()} == {0}


def test_what_can_not_be_taken_apart_is_told(deployed: World) -> None:
    assert "MLS0715" in run(deployed.root, "why", "model/demand", "--since", "v9.0.0", check=1).err
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 100.0")
    run(deployed.root, "apply", check=0)
    assert "MLS0707" in run(deployed.root, *WHY, check=1).err, "what stands here is not what the specs say"


@pytest.mark.slow
def test_three_planted_causes_are_told_apart(deployed: World) -> None:
    """Worse code, better parameters, and rows whose last days are others."""
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    (deployed.root / "worldcode/level.py").write_text(WORSE)
    data = deployed.root / "data/sales.csv"
    head, *lines = data.read_text().splitlines()
    later = [line.rpartition(",") for line in lines[300:]]
    data.write_text("\n".join([head, *lines[:300], *(f"{rest},{int(count) + 1}" for rest, _, count in later)]) + "\n")
    deployed.train()
    found = shares(deployed)
    parts = found["parts"]
    assert {"training rows", "parameters", "code"} <= parts.keys()
    assert parts["environment"]["value"] == pytest.approx(0), "then's bytes are asked by then's code"
    assert parts["code"]["low"] > 0, "it adds an error, and the rows tell it"
    assert parts["parameters"]["value"] < 0, "its error is less, though code that is off by 9 hides much of it"
    assert parts["rows it is judged on"]["value"] != 0
    refused = run(deployed.root, "why", "model/demand", "--since", "v1.0.0", "--by", "rmse", check=0)
    assert "training" not in refused.err, "another metric of the same answers trains nothing"


@pytest.mark.slow
def test_a_budget_that_does_not_reach_says_so_and_keeps_what_was_trained(deployed: World) -> None:
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    deployed.train()
    refused = run(deployed.root, *WHY, "--budget", "0.0001", check=1)
    assert "MLS0796" in refused.err and "--budget" in refused.err
    assert "1 training of mixed recipes, 1 more known from before" in run(deployed.root, *WHY, check=0).err
