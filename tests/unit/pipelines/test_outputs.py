"""Outputs in the workspace against dvc.lock: altered, absent, touched; files and folders; sizes and bytes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from mlspec.language.yaml.write import dump
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.outputs import MAX_HASHED_BYTES, is_altered

FOLDER = "pipelines/models/demand"


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file and a folder as a stage left them, and the lock that DVC wrote after."""
    (tmp_path / FOLDER / "model").mkdir(parents=True)
    (tmp_path / FOLDER / "train.parquet").write_bytes(b"rows")
    for name in ("b.json", "a.bin"):
        (tmp_path / FOLDER / "model" / name).write_bytes(name.encode())
    rows = [{"md5": md5(name.encode()), "relpath": name} for name in ("a.bin", "b.json")]
    outs = [
        {"path": "train.parquet", "hash": "md5", "md5": md5(b"rows"), "size": 4},
        {"path": "model", "hash": "md5", "md5": md5(json.dumps(rows).encode()) + ".dir", "size": 11, "nfiles": 2},
    ]
    (tmp_path / FOLDER / "dvc.lock").write_text(dump({"schema": "2.0", "stages": {"train": {"cmd": "x", "outs": outs}}}))
    return tmp_path


def altered(root: Path) -> list[str]:
    lock = read_locks(root, FOLDER)["train"]
    return [name for name in lock.outs if is_altered(root, FOLDER, name, lock)]


def later(path: Path) -> None:
    """Give a file the time of an edit made after the run."""
    new = path.stat().st_mtime_ns + 10**10
    os.utime(path, ns=(new, new))


def test_what_the_stage_left_is_not_altered_nor_is_what_was_touched_or_is_absent(root: Path) -> None:
    assert altered(root) == []
    for name in ("train.parquet", "model/a.bin"):
        later(root / FOLDER / name)
    assert altered(root) == []
    (root / FOLDER / "train.parquet").unlink()
    assert altered(root) == []


@pytest.mark.parametrize("content", [b"rows and more", b"", b"Rows"])
def test_a_file_of_other_size_or_bytes(root: Path, content: bytes) -> None:
    (root / FOLDER / "train.parquet").write_bytes(content)
    later(root / FOLDER / "train.parquet")
    assert altered(root) == ["train.parquet"]


def test_a_folder_with_a_file_less_more_or_other(root: Path) -> None:
    model = root / FOLDER / "model"
    (model / "a.bin").write_bytes(b"A.bin")
    later(model / "a.bin")
    assert altered(root) == ["model"]
    (model / "a.bin").unlink()
    assert altered(root) == ["model"]
    (model / "a.bin").write_bytes(b"a.bin")
    (model / "c").touch()
    assert altered(root) == ["model"]


def test_a_file_where_a_folder_was(root: Path) -> None:
    (root / FOLDER / "train.parquet").unlink()
    (root / FOLDER / "train.parquet").mkdir()
    assert altered(root) == ["train.parquet"]


def test_large_outputs_are_told_by_size_alone(root: Path) -> None:
    big = b"x" * (MAX_HASHED_BYTES + 1)
    lock = root / FOLDER / "dvc.lock"
    lock.write_text(lock.read_text().replace("size: 4", f"size: {len(big)}"))
    (root / FOLDER / "train.parquet").write_bytes(big)
    assert altered(root) == []
