"""A user's Git settings, environment and hooks change nothing of what is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import git
from support.promotion_world import commit

from mlspec.adapters.git.commit import commit_files, loose_commit, push
from mlspec.adapters.git.content import content_between
from mlspec.adapters.git.history import added_by, additions, contents_over_time
from mlspec.adapters.git.merge import merged_commit
from mlspec.adapters.git.repository import open_repository
from mlspec.adapters.git.run import git as ours
from mlspec.diagnostics import Problems

HOSTILE = """
[color]
    ui = always
    diff = always
    status = always
    branch = always
    grep = always
    remote = always
[column]
    ui = always
[core]
    quotePath = true
    abbrev = 5
    fsmonitor = {trap}
    pager = false
[log]
    showSignature = true
    diffMerges = combined
    follow = true
    mailmap = false
    decorate = full
    showRoot = false
    abbrevCommit = true
    date = relative
[format]
    pretty = oneline
[diff]
    renames = copies
    noprefix = true
    mnemonicPrefix = true
    relative = true
    orderFile = /nonexistent
    submodule = log
    ignoreSubmodules = all
    external = {trap}
    colorMoved = zebra
[status]
    branch = true
    short = true
    showStash = true
    renames = copies
    showUntrackedFiles = no
    submoduleSummary = true
[grep]
    lineNumber = true
    column = true
    fullName = true
    patternType = perl
[i18n]
    logOutputEncoding = latin1
    commitEncoding = latin1
[merge]
    ff = false
    renames = false
    renormalize = true
    autoStash = true
[pull]
    rebase = true
[rebase]
    autoStash = true
[fetch]
    prune = true
[push]
    default = nothing
    followTags = true
[tag]
    gpgsign = false
[init]
    defaultBranch = trunk
[alias]
    log = status
    diff = !false
[user]
    useConfigOnly = false
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a trace and garbage wherever Git runs it."""
    path = tmp_path / "trap"
    path.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\necho garbage\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def hostile(tmp_path: Path, trap: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def set_up() -> None:
        (tmp_path / "gitconfig").write_text(HOSTILE.format(trap=trap))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
        for name, value in {
            "GIT_EXTERNAL_DIFF": str(trap),
            "GIT_ICASE_PATHSPECS": "1",
            "GIT_NOGLOB_PATHSPECS": "1",
            "GIT_DIFF_OPTS": "--unified=0",
            "GIT_DIR": "/nonexistent",
            "GIT_WORK_TREE": "/nonexistent",
            "GIT_DEFAULT_HASH": "sha256",
            "GIT_NOTES_REF": "refs/notes/x",
            "GIT_PAGER": str(trap),
            "GIT_ATTR_SOURCE": "HEAD~1",
            "GIT_REFLOG_ACTION": "x",
        }.items():
            monkeypatch.setenv(name, value)

    return set_up


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two lines of history, a merge, a rename, a name that Git would quote, and uncommitted work."""
    root = tmp_path / "repository"
    (root / "a").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    for path, text in {"a/one.txt": "1\n", "a/größe.txt": "ü\n", "b.txt": "b\n"}.items():
        (root / path).write_text(text)
    commit(root, "Start")
    git(root, "checkout", "-q", "-b", "side")
    (root / "a/two.txt").write_text("2\n")
    (root / "b.txt").rename(root / "c.txt")
    commit(root, "Side: größer")
    git(root, "checkout", "-q", "main")
    (root / "a/three.txt").write_text("3\n")
    commit(root, "Main")
    git(root, "tag", "-a", "side", "-m", "a tag of a branch's name")
    git(root, "merge", "-q", "--no-ff", "-m", "Merge", "refs/heads/side")
    (root / "a/one.txt").write_text("changed\n")
    (root / "neu ä.txt").write_text("new\n")
    return root


def everything(root: Path) -> dict[str, Any]:
    """What each of our ways to read says."""
    found = open_repository(root)
    head, first = found.resolve("HEAD"), found.resolve("HEAD~1")
    side = found.resolve("refs/heads/side")
    return {
        "branch": found.branch(),
        "dirty": found.dirty(),
        "changed": found.changed_between(first, head),
        "content": content_between(found, first, head),
        "since": found.commits_since(first, head),
        "base": found.merge_base(first, side),
        "files": found.show_all(head, ["a", "c.txt"]),
        "added": [added_by(found, p) for p in ("a/two.txt", "c.txt", "a/größe.txt")],
        "additions": additions(found, head, "a"),
        "over time": contents_over_time(found, head, ["a/one.txt", "b.txt", "c.txt"]),
        "parents": found.parents(head),
        "merged": merged_commit(found, first, side) is not None,
        "loose": found.changed_between(head, loose_commit(found, head, {"x.txt": b"x"}, "größer")),
        "grep": ours(root, "grep", "-l", "-z", "-F", "ü", head).text,
        "log": ours(root, "log", "--format=%H%x00%s", "-1", "side", "--").text.split("\0")[1:],
        "remotes": ours(root, "remote").text,
        "identity": found.identity(),
    }


def test_settings_and_variables_of_the_user_change_nothing(
    root: Path, tmp_path: Path, hostile: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    plain = everything(root)
    assert plain["changed"] == {"a/two.txt": "A", "b.txt": "D", "c.txt": "A"} and plain["dirty"].untracked == ("neu ä.txt",)
    hostile()
    found = everything(root)
    for key, value in plain.items():
        assert found[key] == value, key
    assert not (tmp_path / "sprung").exists(), "a program of the user's ran"


def test_replaced_objects_and_grafts_are_not_followed(root: Path) -> None:
    found = open_repository(root)
    head = found.resolve("HEAD")
    before = found.parents(head), found.show(head, "a/three.txt")
    git(root, "replace", "HEAD", "HEAD~1")
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/grafts").write_text(f"{head}\n")
    assert (found.parents(head), found.show(head, "a/three.txt")) == before


def test_a_branch_of_the_name_of_our_folder_is_named(root: Path, tmp_path: Path) -> None:
    git(root, "reset", "-q", "--hard")
    git(root, "branch", "mlspec")
    found = open_repository(root)
    with pytest.raises(Problems) as refused:
        commit_files(found, "HEAD", {"x": b"x"}, "m", "mlspec/promote/staging/demand/v1.0.0")
    (wrong,) = refused.value.diagnostics
    assert wrong.code == "MLS0961" and "a branch `mlspec` is in the way" in wrong.message and "git branch -m mlspec" in str(wrong.help)
    git(root, "branch", "-m", "mlspec", "other")
    commit_files(found, "HEAD", {"x": b"x"}, "m", "mlspec/promote/staging/demand/v1.0.0")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(root, "push", "-q", "origin", "main:mlspec")
    with pytest.raises(Problems) as there:
        push(found, "origin", "mlspec/promote/staging/demand/v1.0.0", expected=None)
    assert "a branch `mlspec` on `origin` is in the way" in there.value.diagnostics[0].message
