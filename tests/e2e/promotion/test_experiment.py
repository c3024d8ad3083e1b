"""`mlspec experiment`: values tried in a clone, told beside HEAD, adopted without a second training; nothing else moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import command, git
from support.promotion_world import World, commit, replace, run

pytestmark = pytest.mark.e2e
SPEC = "specs/demand.yaml"
TRY = ("experiment", "try", "model/demand")


def state(root: Path) -> tuple[str, ...]:
    """All that an experiment must not touch."""
    locks = sorted(root.glob("pipelines/**/dvc.lock"))
    return (
        git(root, "status", "--porcelain"),
        git(root, "for-each-ref", "refs/heads", "refs/tags", "refs/remotes"),
        git(root, "rev-parse", "HEAD"),
        git(root, "ls-files", "--stage"),
        *(lock.read_text() for lock in locks),
    )


def listed(root: Path) -> Any:
    return json.loads(run(root, "experiment", "list", "model/demand", "--format", "json", check=0).out)


def test_a_value_is_tried_told_adopted_and_not_trained_again(better: World) -> None:
    root = better.root
    replace(root, SPEC, "  estimator:", "  # level by price\n  estimator:")
    commit(root, "A comment")
    before = state(root)
    tried = json.loads(run(root, *TRY, "--grid", "estimator.params.alpha=5,900", "--format", "json", check=0).out)["experiments"]
    assert state(root) == before and not list((root / ".mlspec/state/experiments").iterdir())
    found = listed(root)
    assert found["looks"] == 2 and [m["name"] for m in found["models"]] == ["HEAD", tried[0]["name"], tried[1]["name"]]
    assert found["models"][2]["metrics"]["mae"]["difference"]["low"] > 0, "alpha 900 is worse, and the rows tell it"
    assert found["adjusted"] == pytest.approx(0.975)
    agreed(root, tried)
    assert "tried before" in run(root, *TRY, "estimator.params.alpha=5", check=0).out
    run(root, "experiment", "drop", tried[1]["name"], check=0)
    assert listed(root)["looks"] == 2, "what was dropped was looked at"
    said = run(root, "experiment", "adopt", tried[0]["name"], check=0).out
    assert "nothing is trained again" in said and git(root, "status", "--porcelain").split() == ["M", SPEC]
    assert "  # level by price\n" in (root / SPEC).read_text() and "params: {alpha: 5}" in (root / SPEC).read_text()
    run(root, "apply", check=0)
    again = run(root, "run", check=0).err
    assert "train     taken from the cache" in again and "running" not in again
    refused = run(root, "experiment", "adopt", tried[0]["name"], check=1).err
    assert "MLS0844" in refused and f"{SPEC}:" in refused


def agreed(root: Path, tried: list[Any]) -> None:
    """DVC lists the same experiments with the same numbers."""
    shown = json.loads(command(root, "dvc", "exp", "show", "--json", check=0).out)
    theirs = {e["name"]: e["revs"][0] for row in shown for e in row.get("experiments") or []}
    assert theirs.keys() == {one["name"] for one in tried}
    for one in tried:
        data = theirs[one["name"]]["data"]
        metrics = next(v["data"] for k, v in data["metrics"].items() if k.endswith("demand/metrics.json"))
        params = next(v["data"] for k, v in data["params"].items() if k.endswith("demand/params.yaml"))
        assert metrics["mae"] == pytest.approx(one["metrics"]["mae"]["value"])
        assert params["train"]["estimator"]["params"]["alpha"] == one["tried"]["estimator.params.alpha"]
        assert theirs[one["name"]]["rev"] == one["commit"]


def test_what_is_wrong_is_told_before_anything_runs(better: World) -> None:
    root = better.root
    before = state(root)
    wrong = {
        ("estimator.params.alpha",): "MLS0840",
        ("estimator.params.alpha=[",): "MLS0840",
        ("task.x=1",): "MLS0841",
        ("estimator.params.alpha=2", "--name", "../main"): "MLS0842",
        ("estimator.params.alpha=2", "--name", "main"): "MLS0842",
        (): "MLS0840",
    }
    for words, code in wrong.items():
        assert code in run(root, *TRY, *words, check=1).err, words
    slip = run(root, *TRY, "splitt.test=30%", check=1).err
    assert "split" in slip and f"{SPEC}:" in slip
    assert "MLS0843" in run(root, "experiment", "drop", "nothing", check=1).err
    replace(root, SPEC, "alpha: 1.0", "alpha: 2.0")
    assert "MLS0845" in run(root, *TRY, "estimator.params.alpha=3", check=1).err
    replace(root, SPEC, "alpha: 2.0", "alpha: 1.0")
    assert state(root) == before and "refs/exps" not in git(root, "for-each-ref")
