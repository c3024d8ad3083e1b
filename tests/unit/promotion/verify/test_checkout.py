"""A commit's files in a scratch folder: as committed, and without a trace in the repository."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.project.layout import CACHE
from mlspec.promotion.verify.checkout import checked_out


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = start(tmp_path / "project")
    (root / "folder").mkdir()
    (root / "folder/a.csv").write_bytes(b"one\ntwo\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("folder/a.csv")
    (root / ".gitignore").write_text(".mlspec/cache\n")
    commit_all(root)
    return open_repository(root)


def left(repository: Repository) -> list[str]:
    return sorted(p.name for p in (repository.root / CACHE).iterdir())


def test_every_file_is_there_and_gone_afterwards(repository: Repository) -> None:
    with checked_out(repository, "HEAD") as tree:
        assert (tree / "folder/a.csv").read_bytes() == b"one\ntwo\n"
        assert os.access(tree / "run.sh", os.X_OK)
        assert (tree / "link").readlink() == Path("folder/a.csv")
        assert tree.is_relative_to(repository.root.resolve())
    assert left(repository) == []


def test_neither_index_nor_working_tree_plays_a_part(repository: Repository) -> None:
    (repository.root / "folder/a.csv").write_text("edited\n")
    (repository.root / "new").write_text("x")
    sh(repository.root, "git", "add", "new")
    before = sh(repository.root, "git", "status", "--porcelain")
    with checked_out(repository, "HEAD") as tree:
        assert (tree / "folder/a.csv").read_bytes() == b"one\ntwo\n"
        assert not (tree / "new").exists()
        (tree / "folder/a.csv").write_text("by a stage\n")
    assert sh(repository.root, "git", "status", "--porcelain") == before
    assert (repository.root / "folder/a.csv").read_text() == "edited\n"


def test_line_ends_are_those_of_the_commit(repository: Repository) -> None:
    for key, value in (("core.autocrlf", "true"), ("core.eol", "crlf")):
        sh(repository.root, "git", "config", key, value)
    (repository.root / ".git/info").mkdir(exist_ok=True)
    (repository.root / ".git/info/attributes").write_text("")
    with checked_out(repository, "HEAD") as tree:
        assert (tree / "folder/a.csv").read_bytes() == b"one\ntwo\n"


def test_an_older_commit_is_what_it_was(repository: Repository) -> None:
    (repository.root / "folder/a.csv").write_text("three\n")
    commit_all(repository.root)
    with checked_out(repository, "HEAD^") as tree:
        assert (tree / "folder/a.csv").read_text() == "one\ntwo\n"


def test_it_is_gone_when_the_check_ends_by_an_error(repository: Repository) -> None:
    with pytest.raises(ZeroDivisionError), checked_out(repository, "HEAD"):
        _ = 1 / 0
    assert left(repository) == []


def test_what_a_killed_run_left_is_swept_when_it_is_old(repository: Repository, tmp_path: Path) -> None:
    parent = repository.root / CACHE
    parent.mkdir(parents=True)
    for name in ("checkout-old", "checkout-new", "other-old"):
        (parent / name).mkdir()
    (tmp_path / "elsewhere").mkdir()
    (parent / "checkout-link").symlink_to(tmp_path / "elsewhere")
    day = time.time() - 25 * 3600
    for name in ("checkout-old", "other-old"):
        os.utime(parent / name, (day, day))
    os.utime(parent / "checkout-link", (day, day), follow_symlinks=False)
    with checked_out(repository, "HEAD"):
        pass
    assert left(repository) == ["checkout-link", "checkout-new", "other-old"]  # a link is not followed
    assert (tmp_path / "elsewhere").is_dir()
