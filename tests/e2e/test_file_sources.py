"""Sources of many forms of files, run by mlspec and by DVC alone: what changed is told, and what is cut off changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import command, git, mlspec
from support.file_world import files

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("files")
    for path, content in (files() | {"requirements.lock": "# locked\n"}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    git(root, "init", "--quiet", "--initial-branch", "main")
    command(root, "dvc", "init", "--quiet", check=0)
    mlspec(root, "apply", check=0)
    mlspec(root, "run", check=0)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Train")
    return root


def test_all_rows_arrive(root: Path) -> None:
    assert "240 rows" in mlspec(root, "status", check=0).out
    assert "up to date" in mlspec(root, "plan", check=0).out


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("archive", "data/sales.zip"),
        ("parts", "data/parts/shop=north/all.csv"),
        ("book", "data/book.xlsx"),
        ("export", "data/export.xml.gz"),
        ("notes", "data/notes/ham/1.txt"),
    ],
)
def test_dvc_alone_makes_the_same_rows_and_a_file_cut_off_changes_none(root: Path, name: str, path: str) -> None:
    folder = root / "pipelines/data" / name
    before = {file: (folder / file).read_bytes() for file in ("raw.parquet", "valid.parquet", "dvc.lock")}
    command(root, "dvc", "repro", "--force", "--single-item", f"pipelines/data/{name}/dvc.yaml:ingest", check=0)
    assert (folder / "raw.parquet").read_bytes() == before["raw.parquet"]
    whole = (root / path).read_bytes()
    try:
        more = {".csv": b"1,2,3,4,5\n", ".txt": b"\0"}.get(path[-4:])
        (root / path).write_bytes(whole + more if more else whole[: len(whole) // 2])
        plan = mlspec(root, "plan").out
        assert " changed" in plan
        assert f"source/{name}" in plan
        assert "MLS06" in mlspec(root, "run", f"source/{name}", check=1).text
        assert (folder / "valid.parquet").read_bytes() == before["valid.parquet"]
    finally:
        (root / path).write_bytes(whole)
    mlspec(root, "run", f"source/{name}", check=0)
    assert git(root, "status", "--porcelain") == ""


def test_a_new_file_of_a_pattern_is_seen(root: Path) -> None:
    more = root / "data/parts/shop=north/more.csv"
    more.write_text("day,price,count\n2024-12-01,1.5,50\n")
    try:
        assert "data/parts changed" in mlspec(root, "plan").out
    finally:
        more.unlink()
