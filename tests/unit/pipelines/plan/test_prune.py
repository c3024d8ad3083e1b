"""What goes with an object that nothing declares any more, what stays, and why; DVC's cache is a real one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from mlspec.compiler.project.layout import LEDGER
from mlspec.language.yaml.write import HEADER, dump
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.pipelines.plan.apply import apply, execute
from mlspec.pipelines.plan.diff import diff
from mlspec.pipelines.plan.ledger import intent_text, read_ledger

FOLDER = "pipelines/models/old"
DESIRED = {
    f"{FOLDER}/dvc.yaml": HEADER + "stages: {}\n",
    f"{FOLDER}/params.yaml": HEADER + "{}\n",
    f"{FOLDER}/.gitignore": HEADER + "/model\n/train.parquet\n",
}


def put(root: Path, desired: dict[str, str]) -> Plan:
    return apply(root, lambda: Plan(diff(root, desired, {})))


def files(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in (root / "pipelines").rglob("*") if p.is_file()}


def keep(root: Path, content: bytes, suffix: str = "") -> str:
    """Put bytes into DVC's cache; return their md5."""
    md5 = hashlib.md5(content).hexdigest()
    copy = root / f".dvc/cache/files/md5/{md5[:2]}/{md5[2:]}{suffix}"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(content)
    return md5 + suffix


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A project whose one model ran: a file and a folder in the workspace, in the lock and in the cache."""
    from dvc.repo import Repo

    Repo.init(str(tmp_path), no_scm=True).close()
    put(tmp_path, DESIRED)
    folder = tmp_path / FOLDER
    (folder / "model/deep").mkdir(parents=True)
    parts = {"model.joblib": b"trees", "deep/signature.json": b"{}"}
    for name, content in parts.items():
        (folder / "model" / name).write_bytes(content)
    (folder / "train.parquet").write_bytes(b"rows")
    (folder / "metrics.json").write_text("{}\n")
    rows = [{"md5": keep(tmp_path, content), "relpath": name} for name, content in sorted(parts.items())]
    outs = [
        {"path": "model", "hash": "md5", "md5": keep(tmp_path, json.dumps(rows).encode(), ".dir"), "size": 7, "nfiles": 2},
        {"path": "train.parquet", "hash": "md5", "md5": keep(tmp_path, b"rows"), "size": 4},
        {"path": "metrics.json", "hash": "md5", "md5": hashlib.md5(b"{}\n").hexdigest(), "size": 3},
    ]
    (folder / "dvc.lock").write_text(dump({"schema": "2.0", "stages": {"train": {"cmd": "x", "outs": outs}}}))
    return tmp_path


def test_outputs_that_the_cache_keeps_go_with_their_gitignore(trained: Path) -> None:
    put(trained, {})
    assert files(trained) == {f"{FOLDER}/metrics.json"}
    assert not (trained / FOLDER / "model").exists()
    assert put(trained, {}).kept == ()


@pytest.mark.parametrize("damage", ["altered", "not cached", "added", "link"])
def test_what_is_kept_nowhere_else_stays_out_of_git(trained: Path, damage: str) -> None:
    model = trained / FOLDER / "model"
    if damage == "altered":
        (model / "model.joblib").write_bytes(b"treez")
    elif damage == "added":
        (model / "notes.txt").write_text("mine")
    elif damage == "link":
        (model / "link").symlink_to(trained / "mlspec.yaml")
    else:
        shutil.rmtree(trained / ".dvc/cache")
    plan = put(trained, {})
    assert [c.path for c in plan.kept] == [f"{FOLDER}/.gitignore"]
    assert "keeps model" in plan.kept[0].reason
    left = files(trained)
    assert f"{FOLDER}/.gitignore" in left
    assert (f"{FOLDER}/train.parquet" in left) == (damage == "not cached")
    assert (f"{FOLDER}/model/model.joblib" in left) == (damage in ("altered", "not cached"))
    if damage in ("added", "link"):
        assert os.path.lexists(model / {"added": "notes.txt", "link": "link"}[damage])
    again = Plan(diff(trained, {}, {}))
    assert again.pending == ()
    assert "keeps model" in again.kept[0].reason


def test_an_edited_gitignore_of_ones_own_deletes_nothing(trained: Path) -> None:
    (trained / FOLDER / ".gitignore").write_text("/model\n")
    put(trained, {})
    assert {f"{FOLDER}/train.parquet", f"{FOLDER}/.gitignore", f"{FOLDER}/model/model.joblib"} <= files(trained)


def test_a_persons_copy_is_left_alone_and_told(trained: Path) -> None:
    shutil.copytree(trained / FOLDER, trained / "pipelines/models/my-experiment")
    before = files(trained)
    plan = put(trained, DESIRED)
    assert files(trained) == before
    assert {c.path.rpartition("/")[2] for c in plan.kept} == {"dvc.yaml", "params.yaml", ".gitignore"}
    assert all("the ledger does not list it" in c.reason for c in plan.kept)


def test_an_apply_killed_anywhere_heals(tmp_path: Path) -> None:
    """The ledger of intent lists what was written before the kill, so that it is pruned when its spec goes too."""
    other = {"pipelines/models/other/dvc.yaml": HEADER}
    put(tmp_path, DESIRED)
    changes = diff(tmp_path, other, {})
    execute(tmp_path, Change(LEDGER, "update", text=intent_text(tmp_path, changes)))
    execute(tmp_path, next(c for c in changes if c.path in other))
    assert set(read_ledger(tmp_path)) == {*DESIRED, *other}
    put(tmp_path, {})
    assert not (tmp_path / "pipelines").exists()
