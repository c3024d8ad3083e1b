"""After an eject the pipelines go on by dvc, git and python alone: in a clone, on a PATH without mlspec's command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from support.cli import BIN, command, commit, environment, git, mlspec, repository

pytestmark = pytest.mark.e2e
EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"


class Plain:
    """A clone in which only dvc, git and python are to be had."""

    def __init__(self, folder: Path, name: str) -> None:
        self.root, tools = folder / name, folder / "tools"
        tools.mkdir(exist_ok=True)
        for tool in ("dvc", "python"):
            (tools / tool).write_text(f'#!/bin/sh\nexec "{BIN / tool}" "$@"\n', encoding="utf-8")
            (tools / tool).chmod(0o755)
        for tool in ("git", "sh"):
            (tools / tool).unlink(missing_ok=True)
            (tools / tool).symlink_to(str(shutil.which(tool)))
        self.environment = environment() | {"PATH": str(tools), "SHELL": "/bin/sh"}
        assert shutil.which("mlspec", path=str(tools)) is None
        git(folder, "clone", "-q", "remote.git", name)

    def run(self, *words: str, folder: str = ".") -> str:
        done = subprocess.run(words, cwd=self.root / folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def commands(root: Path) -> dict[str, list[str]]:
    """The commands of each pipeline's stages."""
    files = sorted(root.glob("pipelines/*/*/dvc.yaml"))
    return {str(f.relative_to(root)): [s["cmd"] for s in yaml.safe_load(f.read_text())["stages"].values()] for f in files}


def ejected(root: Path) -> None:
    """Run everything, eject, commit; nothing has to run again."""
    mlspec(root, "run", check=0, timeout=900)
    command(root, "dvc", "push", "--quiet", check=0)
    commit(root, "Run")
    before, locks = commands(root), {p: p.read_bytes() for p in root.rglob("dvc.lock")}
    told = mlspec(root, "eject", "--yes", check=0).out
    assert "Ejected: " in told
    assert "python -m mlspec.runtime" in told
    assert commands(root) == before
    assert {p: p.read_bytes() for p in root.rglob("dvc.lock")} == locks
    assert command(root, "dvc", "status", check=0).out.strip().splitlines() == ["Data and pipelines are up to date."]
    commit(root, "Eject")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def goes_on(folder: Path, model: str, old: str, new: str) -> None:
    """In a clone: all is up to date; a change by hand retrains just that model; its bytes are stored, and another clone gets them."""
    clone, place = Plain(folder, "clone"), f"pipelines/models/{model}"
    clone.run("dvc", "pull", "--quiet")
    assert "Data and pipelines are up to date." in clone.run("dvc", "status")
    assert "Running stage" not in clone.run("dvc", "repro", folder=place)
    edit(clone.root / place / "params.yaml", old, new)
    before = json.loads((clone.root / place / "metrics.json").read_text())
    told = clone.run("dvc", "repro", folder=place)
    assert [line.split("'")[1].rpartition(":")[2] for line in told.splitlines() if line.startswith("Running stage")] == [
        "train",
        "evaluate",
    ]
    assert json.loads((clone.root / place / "metrics.json").read_text()) != before
    assert "metrics.json" in clone.run("dvc", "metrics", "diff", "--md")
    clone.run("dvc", "push", "--quiet")
    git(clone.root, "commit", "-q", "-a", "-m", "By hand")
    git(clone.root, "push", "-q", "origin", "main")
    other = Plain(folder, "other")
    other.run("dvc", "pull", "--quiet")
    assert (other.root / place / "model/model.joblib").read_bytes() == (clone.root / place / "model/model.joblib").read_bytes()
    assert "Data and pipelines are up to date." in other.run("dvc", "status")


def test_pipelines_go_on_without_mlspecs_command_line(tmp_path: Path) -> None:
    root = repository(tmp_path)
    ejected(root)
    goes_on(tmp_path, "demand", "alpha: 1.0", "alpha: 50.0")
    needs_no_spec(root)


def needs_no_spec(root: Path) -> None:
    """What a stage reads is no part of what an eject takes away; `mlspec.yaml` only marks the root."""
    for path in (root / "specs", root / "environments"):
        shutil.rmtree(path)
    (root / "mlspec.yaml").write_text("", encoding="utf-8")
    done = command(root / "pipelines/models/demand", "dvc", "repro", "--force", "--single-item", "split", check=0)
    assert "Running stage 'split'" in done.out


@pytest.mark.slow
def test_so_do_those_of_the_example_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("cache", "tmp", "state"))
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", "../remote.git")
    commit(root, "Start")
    ejected(root)
    text = (root / "pipelines/models/demand-linear/params.yaml").read_text()
    assert "alpha" in text, text
    line = next(line.strip() for line in text.splitlines() if line.strip().startswith("alpha:"))
    goes_on(tmp_path, "demand-linear", line, "alpha: 123.0")
