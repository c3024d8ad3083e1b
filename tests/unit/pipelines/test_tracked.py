"""What `.dvc` files say of a path whose data is not here, and that a clone without data has the same content."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked
from mlspec.pipelines.content import Contents, file_md5
from mlspec.pipelines.tracked import absent


def tracker(root: Path, path: str, md5: str) -> None:
    file = root / f"{path}.dvc"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"outs:\n- md5: {md5}\n  hash: md5\n  path: {Path(path).name}\n")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data/a.csv", [("data/a.csv", "a" * 32)]),
        ("data/raw", [("data/raw", "b" * 32 + ".dir")]),
        ("data/raw/b/c.csv", [("data/raw", "b" * 32 + ".dir")]),
        ("data", [("data/a.csv", "a" * 32), ("data/raw", "b" * 32 + ".dir")]),
        ("data/here.csv", []),
        ("data/nowhere.csv", []),
    ],
)
def test_what_is_tracked_and_not_here(tmp_path: Path, path: str, found: list[tuple[str, str]]) -> None:
    tracker(tmp_path, "data/a.csv", "a" * 32)
    tracker(tmp_path, "data/raw", "b" * 32 + ".dir")
    tracker(tmp_path, "data/here.csv", "c" * 32)
    (tmp_path / "data/here.csv").write_text("x")
    assert list(absent(tmp_path, path)) == found


def test_a_folder_has_the_same_content_without_the_data_of_its_trackers(tmp_path: Path) -> None:
    for path, text in (("data/a.txt", "a"), ("data/sub/b.txt", "b")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    tracker(tmp_path, "data/sub/b.txt", file_md5(tmp_path / "data/sub/b.txt"))
    whole = Contents(tmp_path).md5("data")
    (tmp_path / "data/sub/b.txt").unlink()
    assert Contents(tmp_path).md5("data") == whole
    tracker(tmp_path, "data/sub/b.txt", "d" * 32)
    assert Contents(tmp_path).md5("data") != whole


def test_a_stage_depends_on_the_tracked_folder_that_its_file_lies_in() -> None:
    inputs = Inputs({}, read_list=lambda path: b"" if path in ("data/raw.dvc", "data/a.csv.dvc") else None)
    paths = ("data/raw/b/c.csv", "data/a.csv", "data/raw/d.csv", "data/other.csv", "pipelines/data/x/valid.parquet")
    assert as_tracked(inputs, paths) == ("data/raw", "data/a.csv", "data/other.csv", "pipelines/data/x/valid.parquet")
