"""What the last recorded run took, from Git's history."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start

from mlspec.ci.seconds import last_seconds, trailers


def commit(root: Path, message: str, path: str = "pipelines/models/a/dvc.lock") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("a") as file:
        file.write("x\n")
    commit_all(root, message)


def test_the_newest_run_counts_and_what_is_no_trailer_does_not(tmp_path: Path) -> None:
    root = start(tmp_path / "work")
    commit(root, "Old\n\n" + trailers({"model/a": 99.0, "model/b": 7.0, "source/s": 0.001}))
    commit(root, "New\n\n" + trailers({"model/a": 12.54}))
    commit(root, "Squashed (#3)\n\n* Train\n\nMlspec-Seconds: model/c 3.5\n\nCo-authored-by: Ada <ada@example.org>")
    commit(root, "Mlspec-Seconds: model/d -1\nMlspec-Seconds: model/d nan\nMlspec-Seconds: ../d 1\nMlspec-Seconds: model/d 1e9")
    commit(root, "Elsewhere\n\nMlspec-Seconds: model/a 1", "specs/a.yaml")
    found = last_seconds(root, ["model/a", "model/b", "model/c", "model/d", "source/s"])
    assert found == {"model/a": 12.5, "model/b": 7.0, "model/c": 3.5, "source/s": 0.1}
    assert last_seconds(root, []) == {}


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_a_training_pull_request_merged_by_each_button(tmp_path: Path, way: str) -> None:
    """The author's commit, and that of `mlspec ci record` on top of it."""
    root = start(tmp_path / "work")
    commit(root, "Start", "specs/a.yaml")
    sh(root, "git", "switch", "--quiet", "--create", "topic")
    commit(root, "A better model", "specs/a.yaml")
    commit(root, "mlspec: results\n\n" + trailers({"model/a": 5.0}))
    message = sh(root, "git", "log", "--format=%B", "main..topic")
    sh(root, "git", "switch", "--quiet", "main")
    commit(root, "Elsewhere", "README.md")
    if way == "merge":
        sh(root, "git", "merge", "--quiet", "--no-ff", "--message", "Merge #1", "topic")
    if way == "squash":
        sh(root, "git", "merge", "--quiet", "--squash", "topic")
        commit_all(root, f"A better model (#1)\n\n{message}")
    if way == "rebase":
        sh(root, "git", "cherry-pick", "main..topic")
    assert last_seconds(root, ["model/a"]) == {"model/a": 5.0}


def test_old_runs_are_found_in_the_second_step(tmp_path: Path) -> None:
    root = start(tmp_path / "work")
    commit(root, "Old\n\n" + trailers({"model/a": 5.0}))
    for number in range(35):
        commit(root, f"Later {number}\n\n" + trailers({"model/b": float(number + 1)}))
    assert last_seconds(root, ["model/a", "model/b"]) == {"model/a": 5.0, "model/b": 35.0}


def test_a_shallow_clone_knows_none(tmp_path: Path) -> None:
    root = start(tmp_path / "work")
    commit(root, "Run\n\n" + trailers({"model/a": 5.0}))
    commit(root, "More")
    sh(tmp_path, "git", "clone", "--quiet", "--depth", "1", f"file://{root}", "shallow")
    assert last_seconds(tmp_path / "shallow", ["model/a"]) == {}
    assert last_seconds(root, ["model/a"]) == {"model/a": 5.0}
