"""Diff and apply on a real folder: create, update, prune, conflict, heal, and one at a time."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics import Problems
from mlspec.language.yaml.write import HEADER
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.pipelines.plan.apply import apply, execute, locked
from mlspec.pipelines.plan.diff import diff
from mlspec.pipelines.plan.ledger import read_ledger

DVC = "pipelines/models/demand/dvc.yaml"
OTHER = "pipelines/models/other/dvc.yaml"


def put(root: Path, desired: dict[str, str]) -> Plan:
    return apply(root, lambda: Plan(diff(root, desired, {})))


def actions(root: Path, desired: dict[str, str]) -> dict[str, str]:
    return {c.path: c.action for c in diff(root, desired, {}) if c.path != LEDGER}


def test_first_apply_creates_and_the_second_plan_is_empty(tmp_path: Path) -> None:
    desired = {DVC: HEADER + "stages: {}\n"}
    assert actions(tmp_path, desired) == {DVC: "create"}
    put(tmp_path, desired)
    assert (tmp_path / DVC).read_bytes() == desired[DVC].encode()
    assert Plan(diff(tmp_path, desired, {})).pending == ()


def test_nothing_is_rewritten_that_did_not_change(tmp_path: Path) -> None:
    desired = {DVC: HEADER + "a: 1\n", OTHER: HEADER + "b: 1\n"}
    put(tmp_path, desired)
    before = (tmp_path / DVC).stat().st_mtime_ns
    put(tmp_path, desired | {OTHER: HEADER + "b: 2\n"})
    assert (tmp_path / DVC).stat().st_mtime_ns == before
    assert (tmp_path / OTHER).read_text() == HEADER + "b: 2\n"


def test_an_orphan_is_pruned_with_its_lock_and_its_empty_folder(tmp_path: Path) -> None:
    put(tmp_path, {DVC: HEADER, OTHER: HEADER})
    (tmp_path / "pipelines/models/other/dvc.lock").write_text("schema: '2.0'\n")
    put(tmp_path, {DVC: HEADER})
    assert not (tmp_path / "pipelines/models/other").exists()
    assert (tmp_path / DVC).exists()


def test_an_orphan_is_found_by_its_header_when_the_ledger_is_lost(tmp_path: Path) -> None:
    put(tmp_path, {DVC: HEADER, OTHER: HEADER})
    (tmp_path / LEDGER).unlink()
    assert actions(tmp_path, {DVC: HEADER})[OTHER] == "delete"


def test_a_hand_written_file_is_a_conflict_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / DVC).parent.mkdir(parents=True)
    (tmp_path / DVC).write_text("stages: {mine: {cmd: echo}}\n")
    with pytest.raises(Problems) as caught:
        put(tmp_path, {DVC: HEADER, OTHER: HEADER})
    assert [d.code for d in caught.value.diagnostics] == ["MLS0501"]
    assert (tmp_path / DVC).read_text() == "stages: {mine: {cmd: echo}}\n"
    assert not (tmp_path / OTHER).exists()


def test_a_file_whose_header_was_taken_off_is_not_pruned(tmp_path: Path) -> None:
    put(tmp_path, {DVC: HEADER + "a: 1\n"})
    (tmp_path / DVC).write_text("a: mine now\n")
    put(tmp_path, {})
    assert (tmp_path / DVC).read_text() == "a: mine now\n"


def test_an_edit_by_hand_is_said_before_it_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, {DVC: HEADER + "a: 1\n"})
    (tmp_path / DVC).write_text(HEADER + "a: 2\n")
    change = next(c for c in diff(tmp_path, {DVC: HEADER + "a: 1\n"}, {}) if c.path == DVC)
    assert (change.action, change.reason) == ("update", "edited by hand; the edit is replaced")


def test_dvc_init_s_own_files_are_adopted(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n")
    assert actions(tmp_path, {".dvc/config": HEADER}) == {".dvc/config": "no-op"}


def test_a_symbolic_link_out_of_the_repository_is_a_conflict(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (root / "pipelines").symlink_to(outside)
    assert actions(root, {DVC: HEADER}) == {DVC: "conflict"}


def test_a_broken_ledger_heals(tmp_path: Path) -> None:
    put(tmp_path, {DVC: HEADER})
    (tmp_path / LEDGER).write_text("<<<<<<< HEAD\n{}\n=======\n")
    assert read_ledger(tmp_path) == {}
    put(tmp_path, {DVC: HEADER})
    assert list(json.loads((tmp_path / LEDGER).read_text())["files"]) == [DVC]


def test_killed_half_way_a_second_run_finishes(tmp_path: Path) -> None:
    desired = {DVC: HEADER + "a: 1\n", OTHER: HEADER + "b: 1\n"}
    first = next(c for c in diff(tmp_path, desired, {}) if c.path == DVC)
    execute(tmp_path, first)  # what an apply killed after its first file leaves: no ledger
    assert actions(tmp_path, desired) == {DVC: "no-op", OTHER: "create"}
    put(tmp_path, desired)
    assert Plan(diff(tmp_path, desired, {})).pending == ()
    assert actions(tmp_path, {}) == {DVC: "delete", OTHER: "delete"}


def test_an_unwritable_folder_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        execute(tmp_path, Change("file/x", "create", text="x"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def _apply_many(root: Path, number: int) -> None:
    for turn in range(20):
        put(root, {f"pipelines/models/m{i}/dvc.yaml": HEADER + f"a: {number}-{turn}\n" for i in range(5)})


def test_two_at_once_leave_one_state_and_no_half(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_apply_many, args=(tmp_path, n)) for n in (1, 2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [p.exitcode for p in both] == [0, 0]
    texts = {(tmp_path / f"pipelines/models/m{i}/dvc.yaml").read_text() for i in range(5)}
    assert len(texts) == 1
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_lock_tells_a_second_apply_to_wait(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Problems) as caught, locked(tmp_path, wait=0.1):
        pass
    assert caught.value.diagnostics[0].code == "MLS0502"


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_a_lock_that_is_a_link_is_refused_and_its_target_kept(tmp_path: Path, make: Callable[[Path, Path], None]) -> None:
    precious, root = tmp_path / "precious", tmp_path / "root"
    precious.write_text("keep me")
    (root / ".mlspec").mkdir(parents=True)
    make(precious, root / ".mlspec/lock")
    with pytest.raises(Problems) as caught:
        put(root, {DVC: HEADER})
    assert caught.value.diagnostics[0].code == "MLS0508"
    assert precious.read_text() == "keep me"
    assert not (root / DVC).exists()


@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_local_folder_that_is_a_link_out_is_refused(tmp_path: Path, target: str) -> None:
    outside, root = tmp_path / "there", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / ".mlspec").symlink_to(tmp_path / target)
    with pytest.raises(Problems) as caught:
        put(root, {DVC: HEADER})
    assert caught.value.diagnostics[0].code == "MLS0508"
    assert list(outside.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
