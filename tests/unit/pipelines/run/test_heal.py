"""A run that was killed while DVC wrote: what is left heals, and conflict markers stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.projects import SPECS, workspace_at
from support.promotion_world import commit

from mlspec.pipelines.locks import fault_of
from mlspec.pipelines.run.heal import RWLOCK, heal

WHOLE = """schema: '2.0'
stages:
  train:
    cmd: python -m mlspec.runtime train
    deps:
    - path: train.parquet
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 10
    params:
      params.yaml:
        train: {alpha: 1.0}
    outs:
    - path: model
      hash: md5
      md5: 0123456789abcdef0123456789abcdef.dir
      size: 20
      nfiles: 3
"""
FOLDER = "pipelines/models/demand"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "dvc.lock").write_text(WHOLE)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "Start")
    return tmp_path


def mended(root: Path) -> tuple[list[str], str]:
    said: list[str] = []
    return heal(workspace_at(root, SPECS), [FOLDER, "pipelines/data/never-ran"], said.append), "\n".join(said)


def test_a_whole_lock_is_left_alone(root: Path) -> None:
    before = (root / FOLDER / "dvc.lock").stat()
    assert mended(root) == ([], "")
    assert (root / FOLDER / "dvc.lock").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize(
    "content", ["", "\n", "sche", "schema: '2.0'\nstages:\n  train:\n", WHOLE[: WHOLE.index("hash")], "stages: [", "\0\0"]
)
def test_an_empty_or_cut_one_comes_back_from_git(root: Path, content: str) -> None:
    (root / FOLDER / "dvc.lock").write_text(content)
    found, said = mended(root)
    assert found == [f"{FOLDER}/dvc.lock"] and "Put back from Git" in said and ("is empty" in said) == (not content.strip())
    assert (root / FOLDER / "dvc.lock").read_text() == WHOLE
    assert (root / FOLDER / "dvc.lock").stat().st_mtime == 0, "outputs newer than their record are compared by content"


def test_one_that_was_never_committed_goes_and_its_stages_run_again(root: Path) -> None:
    git(root, "rm", "-q", "--cached", f"{FOLDER}/dvc.lock")
    git(root, "commit", "-q", "-m", "Without")
    (root / FOLDER / "dvc.lock").write_text("")
    found, said = mended(root)
    assert found and "removed, so that its stages run again" in said and not (root / FOLDER / "dvc.lock").exists()
    (root / FOLDER / "dvc.lock").write_text("schema")
    (root / ".git").rename(root / "git-is-gone")
    assert mended(root)[0] == [f"{FOLDER}/dvc.lock"] and not (root / FOLDER / "dvc.lock").exists()


def test_conflict_markers_are_for_people(root: Path) -> None:
    text = "<<<<<<< HEAD\n" + WHOLE + "=======\n>>>>>>> other\n"
    (root / FOLDER / "dvc.lock").write_text(text)
    assert fault_of(text.encode()) == "conflict" and mended(root) == ([], "")
    assert (root / FOLDER / "dvc.lock").read_text() == text


@pytest.mark.parametrize(("content", "heals"), [("", True), ('{"pipelines/x": {"rea', True), ("[]", True), ("{}", False)])
def test_a_cut_rwlock_goes(root: Path, content: str, heals: bool) -> None:
    path = root / RWLOCK
    path.parent.mkdir(parents=True)
    path.write_text(content)
    found, said = mended(root)
    assert (found == [RWLOCK]) == heals == (RWLOCK in said) == (not path.exists())
