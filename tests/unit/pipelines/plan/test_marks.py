"""A mark says all that a plan can know of a path, or that nobody knows it for sure."""

from __future__ import annotations

import os
from pathlib import Path

from mlspec.diagnostics.digest import bytes_digest
from mlspec.pipelines.plan.marks import DOUBTFUL, marks


def test_files_folders_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/file").write_bytes(b"x" * 200_000)
    found = marks(tmp_path, ["a/file", "a/b", "a/none", "a/file/below", "none/at/all"])
    assert found == {"a/file": bytes_digest(b"x" * 200_000), "a/b": "folder", "a/none": "", "a/file/below": "", "none/at/all": ""}


def test_links_and_pipes_are_doubtful(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_text("x")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "link").symlink_to("real/file")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = marks(tmp_path, ["folder/file", "folder/deep/file", "link", "dangling", "pipe", "folder"])
    assert set(found.values()) == {DOUBTFUL}
