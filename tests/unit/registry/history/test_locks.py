"""dvc.lock at a commit, with paths from the repository's root."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld

from mlspec.registry.branch import open_line
from mlspec.registry.history.locks import LockedStage, parse_lock, read_lock

FOLDER = "pipelines/models/demand"
LOCK = b"""\
schema: '2.0'
stages:
  train:
    cmd: x
    deps:
    - {path: ../../data/sales/valid.parquet, hash: md5, md5: aa}
    - {path: ../../../shop, hash: md5, md5: bb.dir}
    outs:
    - {path: model, hash: md5, md5: cc.dir}
"""


def test_paths_are_rooted() -> None:
    deps = {"pipelines/data/sales/valid.parquet": "aa", "shop": "bb.dir"}
    assert parse_lock(FOLDER, LOCK) == {"train": LockedStage(FOLDER, "train", deps, {f"{FOLDER}/model": "cc.dir"})}


@pytest.mark.parametrize("content", [None, b"", b"[", b"stages: 3", b"stages: {train: 5}", b"stages: {train: {outs: 5}}", b"\xff"])
def test_a_broken_lock_locks_nothing(content: bytes | None) -> None:
    assert all(not stage.outs and not stage.deps for stage in parse_lock(FOLDER, content).values())


def test_a_path_may_lead_out_of_the_repository_by_name_alone() -> None:
    """Names are compared with names; nothing opens them."""
    (stage,) = parse_lock(FOLDER, LOCK.replace(b"path: model", b"path: ../../../../etc")).values()
    assert list(stage.outs) == ["../etc"]


def test_of_a_commit(tmp_path: Path) -> None:
    world = LineWorld(tmp_path / "project").start()
    world.push({f"{FOLDER}/dvc.lock": LOCK.decode()})
    line = open_line(world.write())
    assert list(read_lock(line.repository, line.tip, FOLDER)) == ["train"]
    assert read_lock(line.repository, f"{line.tip}^", FOLDER) == read_lock(line.repository, "gone", FOLDER) == {}
