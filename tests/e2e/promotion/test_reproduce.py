"""`mlspec reproduce`: a version comes out of its commit again, bit by bit, or it is told since which stage and by how much."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import pytest
from support.cli import BIN, environment, git
from support.promotion_world import World, commit, read, replace, run

pytestmark = pytest.mark.e2e

DICE = """
    def fit(self, X, y):
        import os

        super().fit(X, y)
        self.intercept_ += 0.001 + int.from_bytes(os.urandom(2), "big") / 65536
        return self
"""
"""A training that asks the machine for chance, whatever the seed."""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made in this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_version_is_made_again_bit_by_bit_while_head_is_another(better: World, temporary: Path) -> None:
    """From the version's commit, though specs and model have changed since; no source is read, and the workspace is not touched."""
    before = git(better.root, "status", "--porcelain")
    found = run(better.root, "reproduce", "model/demand", "--version", "v1.0.0", "--here", "--format", "json", check=0)
    told = json.loads(found.out)
    record = read(better.root, "registry/demand/v1.0.0.yaml")
    assert (told["verdict"], told["digest"], told["again"]) == ("identical", record["digest"], record["digest"])
    assert told["commit"] == record["commit"] != git(better.root, "rev-parse", "HEAD").strip()
    states = {s["stage"]: s["state"] for s in told["stages"]}
    assert states.pop("source/sales:ingest") == "read" and set(states.values()) == {"same"}
    assert {"source/sales:clean", "model/demand:split", "model/demand:train", "model/demand:evaluate"} <= states.keys()
    assert "train     running" in found.err and "ingest" not in found.err
    assert not [p for p in temporary.iterdir() if p.name.startswith("mlspec-study-")]
    assert git(better.root, "status", "--porcelain") == before


@pytest.mark.slow
def test_a_training_by_chance_is_told_with_its_first_stage_and_by_how_much(deployed: World, tmp_path: Path) -> None:
    replace(deployed.root, "worldcode/level.py", '    """Ridge, by another name."""\n', f'    """Ridge, by chance."""\n{DICE}')
    commit(deployed.root)
    assert "MLS0707" in run(deployed.root, "reproduce", "model/demand", "--here", check=1).err  # trained before the change
    deployed.train()
    kept = tmp_path / "kept"
    words = ("reproduce", "model/demand", "--here", "--keep", str(kept), "--report", "again.md")
    told = run(deployed.root, *words, check=2)
    assert "the first stage that differs: model/demand:train" in told.out
    page = (deployed.root / "again.md").read_text()
    assert "answers differ; the largest difference is" in page and "| mae |" in page
    assert (kept / "project/pipelines/models/demand/model").is_dir()
    assert "MLS0793" in run(deployed.root, *words, check=1).err  # the folder has something in it
    replace(deployed.root, "worldcode/level.py", "0.001", "0.002")
    assert "MLS0954" in run(deployed.root, "reproduce", "model/demand", check=1).err


def test_a_record_of_another_commit_is_no_version_to_make_again(better: World) -> None:
    head = git(better.root, "rev-parse", "HEAD").strip()
    record = read(better.root, "registry/demand/v1.0.0.yaml")
    replace(better.root, "registry/demand/v1.0.0.yaml", record["commit"], head)
    found = run(better.root, "reproduce", "model/demand", "--version", "v1.0.0", "--here", check=1)
    assert "MLS0793" in found.err and "at its commit" in found.err
    assert "MLS0715" in run(better.root, "reproduce", "model/demand", "--version", "v9.0.0", check=1).err


def test_without_libraries_in_the_lock_it_says_so(better: World) -> None:
    """The lock of this world is empty: what is installed from it can't run a stage."""
    found = run(better.root, "reproduce", "model/demand", "--version", "v1.0.0", check=1)
    assert "MLS0794" in found.err and "does not hold what stages need" in found.err and "--here" in found.err


@pytest.mark.slow
def test_told_to_stop_it_leaves_nothing(better: World, temporary: Path) -> None:
    """SIGTERM in the midst of a stage: no clone is left, no process goes on in it, and the workspace is as it was."""
    words = [BIN / "mlspec", "reproduce", "model/demand", "--version", "v1.0.0", "--here"]
    variables = environment() | {"TMPDIR": str(temporary)}
    with subprocess.Popen([str(w) for w in words], cwd=better.root, env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = next(line for line in process.stderr if "running" in line)
        assert list(temporary.glob("mlspec-study-*")), told
        process.terminate()
        process.stderr.read()
        assert process.wait(timeout=60) == 143
    assert not list(temporary.glob("mlspec-study-*"))
    assert git(better.root, "status", "--porcelain") == ""
