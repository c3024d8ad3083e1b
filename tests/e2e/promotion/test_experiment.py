"""`mlspec experiment`: values tried in a clone, told beside HEAD, adopted without a second training; nothing else moves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.cli import BIN, command, environment, git
from support.gc_world import age
from support.promotion_world import CODE, World, commit, replace, run

from mlspec.compiler.project.layout import LOOKS
from mlspec.pipelines.locks import StageLock
from mlspec.studies.experiment.looks import looked_at, note_look

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
        ("estimator.params.alpha=1.0",): "MLS0840",  # HEAD has it
        ("--grid", "estimator.params.alpha=[1,2"): "MLS0840",
        ("--grid", "estimator.params.alpha=1,,2"): "MLS0840",
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


def test_what_can_t_be_held_against_head_is_told_apart_and_what_will_train_again_is_said(better: World) -> None:
    root = better.root
    linear = "estimator={class: sklearn.linear_model.LinearRegression}"
    for words in (["target=price", "--name", "other"], [linear, "--name", "whole"], ["estimator.params.alpha=5", "--name", "five"]):
        run(root, *TRY, *words, check=0)
    found = listed(root)
    assert {one["name"]: one["apart"] for one in found["experiments"] if one["apart"]} == {
        "other": "another question than HEAD's: no difference is told"
    }
    assert [one["tried"] for one in found["experiments"] if one["name"] == "whole"] == [
        {"estimator": {"class": "sklearn.linear_model.LinearRegression"}}
    ]
    (root / "worldcode/level.py").write_text(CODE + "\n    def predict(self, X):\n        return super().predict(X) + 9.0\n")
    commit(root, "Other code")
    found = listed(root)
    assert found["models"] == [] and all(one["apart"] for one in found["experiments"]), "today's code answers for no bytes of then"
    assert "worldcode/level.py is another now" in run(root, "experiment", "list", "model/demand", check=0).out
    said = run(root, "experiment", "adopt", "five", check=0).out
    assert "trains again: train: worldcode/level.py changed" in said and "nothing is trained" not in said
    git(root, "reset", "--quiet", "--hard", "HEAD~1")
    replace(root, SPEC, "alpha: 1.0", "alpha: 2.0")
    commit(root, "Not trained")
    told = run(root, "experiment", "list", "model/demand", check=0)
    assert "MLS0729" in told.err and "compared as it was trained" in told.out


def test_no_look_is_lost_where_tries_end_at_once(tmp_path: Path) -> None:
    def look(number: int) -> None:
        note_look(tmp_path, "demand", {"train": StageLock("", {}, {"test.parquet": "t", "model": f"m{number}"}, {})})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, range(40)))
    place = tmp_path / LOOKS
    place.write_bytes(b'{"test.parquet": "t", "md\n\xff\n[1]\n' + place.read_bytes())
    assert len(looked_at(tmp_path, "t")) == 40


@pytest.mark.slow
def test_a_try_that_fails_or_is_killed_leaves_nothing(better: World) -> None:
    root = better.root
    before, place = state(root), root / ".mlspec/state/experiments"
    assert "MLS0654" in command(root, str(BIN / "mlspec"), *TRY, "estimator.params.alpha=-1.0", check=1).err
    words = [str(BIN / "mlspec"), *TRY, "estimator.params.alpha=3.0", "--name", "killed"]
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(words, cwd=root, env=environment(), stdout=nothing, stderr=nothing, start_new_session=True)
    end = time.monotonic() + 60
    while not list(place.glob("*/project/.dvc/config.local")) and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert state(root) == before and "refs/exps" not in git(root, "for-each-ref")
    assert list(place.iterdir()), "what was killed could not tidy up"
    end = time.monotonic() + 60
    while run(root, "gc").code and time.monotonic() < end:  # children of what was killed end by themselves
        time.sleep(0.1)
    assert not list(place.iterdir()), "the next one does"


@pytest.mark.slow
def test_tries_side_by_side_do_not_disturb_each_other_and_gc_keeps_what_they_made(better: World) -> None:
    root = better.root
    before = state(root)

    def attempt(alpha: int) -> str:
        return command(root, str(BIN / "mlspec"), *TRY, f"estimator.params.alpha={alpha}", "--name", f"n{alpha}", check=0).out

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(attempt, (5, 600)))
    assert all("mae" in one for one in told) and state(root) == before
    assert {one["name"]: one["tried"] for one in listed(root)["experiments"]} == {
        f"n{alpha}": {"estimator.params.alpha": alpha} for alpha in (5, 600)
    }
    for path in (root / ".dvc/cache/files/md5").glob("??/*"):
        age(path)
    kept = json.loads(run(root, "gc", "--format", "json", check=0).out)["places"][0]
    assert [one for one in kept["stays"] if "exps/" in one["for"]] and not kept["goes"]
    run(root, "experiment", "drop", "n5", check=0)
    assert json.loads(run(root, "gc", "--yes", "--format", "json", check=0).out)["places"][0]["goes"], "what only the dropped one needed"
    assert [m["name"] for m in listed(root)["models"]] == ["HEAD", "n600"], "the other is whole"
