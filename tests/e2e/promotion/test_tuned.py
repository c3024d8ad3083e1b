"""A model with a search: run, gate, promote, verify; what retunes it and what does not; killed at any trial."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.cli import command, environment
from support.projects import MODEL
from support.promotion_world import ESTIMATOR, WORLD, World, make_trained, read, replace, run
from support.shared import Shared

pytestmark = pytest.mark.e2e
FOLDER = "pipelines/models/demand"
TUNING = """\
  tuning:
    trials: 6
    wave: 4
    metric: mae
    folds: 3
    space: {alpha: {low: 0.1, high: 1000, log: true}}
"""
CODE = '''\
"""An estimator of the project's own, which ends its process at a fit."""

import os
import signal

from sklearn.linear_model import Ridge

FITS = []


class Level(Ridge):
    """Ridge, by another name."""

    def fit(self, X, y):
        FITS.append(1)
        if str(len(FITS)) == os.environ.get("KILL_AT"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)
'''
TUNED = MODEL.replace("{class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", ESTIMATOR).replace("test: 25%", 'testFrom: "2024-09-01"')
SPECS = WORLD | {"specs/demand.yaml": TUNED + TUNING, "worldcode/level.py": CODE}


@pytest.fixture
def tuned(shared: Shared, tmp_path: Path) -> World:
    """Trained with a search, and merged."""
    return World(shared.once("tuned", lambda home: make_trained(home, SPECS))).copy(tmp_path / "world")


def outputs(root: Path) -> dict[str, bytes]:
    return {name: (root / FOLDER / name).read_bytes() for name in ("best.json", "trials.jsonl", "trials.csv", "tuning.json")}


def test_it_is_judged_promoted_and_verified_with_its_search(tuned: World) -> None:
    root = tuned.root
    gate = run(root, "gate", "model/demand", "--report", "out.md", check=0)
    assert "search: 6 trials: best mae" in gate.out and "on fresh folds, optimism" in gate.out
    report = (root / "out.md").read_text()
    assert "## The search for params" in report and "Settings side by side" in report
    (root / "out.md").unlink()
    tuned.promote()
    tuned.propose("mlspec/promote/staging/demand/v1.0.0")
    assert "deployment/staging/demand: verified" in tuned.verify().out
    shown = json.loads(command(root, "dvc", "metrics", "show", "--json", check=0).out)
    assert shown[""]["data"][f"{FOLDER}/tuning.json"]["data"]["trials"]["all"] == 6


def test_a_log_that_was_typed_is_refused(tuned: World) -> None:
    """All digests agree with each other, and none of the trials is what the sampler asks for."""
    root = tuned.root
    best, path = json.loads(outputs(root)["best.json"]), root / FOLDER / "trials.jsonl"
    from mlspec.runtime.tune.replay import fault

    section = read(root, f"{FOLDER}/params.yaml")["tune"]["search"]
    log = path.read_text()
    assert fault(section, log, best) is None
    lines = [json.loads(line) for line in log.splitlines()]
    lines[1]["params"]["alpha"] = 3.0
    assert "trial 1 tried" in str(fault(section, "".join(json.dumps(one) + "\n" for one in lines), best))
    assert "the search goes on" in str(fault(section, "".join(log.splitlines(keepends=True)[:4]), best))
    assert "its best is trial" in str(fault(section, log, best | {"number": (best["number"] + 1) % 6}))


def test_who_works_retunes_nothing_nor_do_new_test_rows(tuned: World) -> None:
    root = tuned.root
    replace(root, "specs/demand.yaml", "    metric: mae", "    workers: 2\n    metric: mae")
    run(root, "apply", check=0)
    assert "Stages: all 7 are up to date" in run(root, "plan", check=0).out
    before = outputs(root)
    with (root / "data/sales.csv").open("a") as file:
        file.write("2024-12-01,north,2.5,60\n2024-12-01,south,2.5,60\n")
    done = run(root, "run", check=0)
    assert "tune" not in "".join(line for line in done.err.splitlines() if "running" in line), done.err
    assert outputs(root) == before
    replace(root, "specs/demand.yaml", "trials: 6", "trials: 7")
    run(root, "apply", check=0)
    plan = run(root, "plan", check=0).out
    assert "search.trials: 6 -> 7" in plan and "? train" in plan


def test_test_rows_among_what_the_search_read_are_refused(tuned: World, tmp_path: Path) -> None:
    """A plant: the model's folder says that its search read the test rows as well."""
    from mlspec.diagnostics import Problems
    from mlspec.gates.searched import searched
    from mlspec.runtime.artifact import digest_file

    root = tuned.root
    rows_ = {side: digest_file(root / FOLDER / f"{side}.parquet") for side in ("train", "test")}
    assert searched(root, "demand", root / FOLDER / "model", rows_, closer=False) is not None
    form = json.loads((root / FOLDER / "model/tuning.json").read_text())
    for inputs, told in (({**form["inputs"], "t": rows_["test"]}, "read the test rows"), ({"train.parquet": "sha256:00"}, "other rows")):
        (tmp_path / "tuning.json").write_text(json.dumps(form | {"inputs": inputs}))
        with pytest.raises(Problems) as found:
            searched(root, "demand", tmp_path, rows_, closer=False)
        assert found.value.diagnostics[0].code == "MLS0725" and told in found.value.diagnostics[0].message


def stage(root: Path, **more: str) -> Any:
    words = [sys.executable, "-m", "mlspec.runtime", "tune"]
    return subprocess.run(words, cwd=root / FOLDER, env=environment() | more, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_killed_at_each_trial_it_ends_the_same(tuned: World) -> None:
    """Every process dies by SIGKILL in its second trial, so that each brings the search one further."""
    root = tuned.root
    usual = outputs(root)
    for name in usual:
        (root / FOLDER / name).unlink()
    killed = 0
    while (done := stage(root, KILL_AT="5")).returncode == -signal.SIGKILL:
        killed += 1
        assert killed < 40
    assert done.returncode == 0, done.stderr
    assert killed >= 6 and outputs(root) == usual


@pytest.mark.slow
def test_a_worker_that_is_killed_is_told_and_the_next_run_goes_on(tuned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tuned.root
    usual = outputs(root)
    replace(root, f"{FOLDER}/params.yaml", "workers: 1", "workers: 2")
    first = stage(root, KILL_AT="4")
    assert "MLS0659" in first.stderr or len(os.sched_getaffinity(0)) < 2, first.stderr
    assert stage(root).returncode == 0
    assert outputs(root) == usual


@pytest.mark.slow
def test_dvc_alone_makes_the_same(tuned: World) -> None:
    root = tuned.root
    usual = outputs(root)
    command(root / FOLDER, "dvc", "repro", "--force", "--single-item", "tune", check=0)
    assert outputs(root) == usual
