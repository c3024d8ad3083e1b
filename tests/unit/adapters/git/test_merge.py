"""What a merge would make."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start

from mlspec.adapters.git import merge
from mlspec.adapters.git.commit import loose_commit
from mlspec.adapters.git.merge import merge_trees, merged_commit
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.run import Result
from mlspec.diagnostics import Problems


@pytest.fixture
def work(tmp_path: Path) -> Repository:
    root = start(tmp_path / "work")
    for name in ("a", "b\tü"):
        (root / name).write_text("1\n")
    commit_all(root)
    return open_repository(root)


def test_two_sides_that_go_together(work: Repository) -> None:
    base = work.resolve("main")
    one, other = loose_commit(work, base, {"a": b"2\n"}, "one"), loose_commit(work, base, {"b\tü": b"2\n"}, "other")
    made = merged_commit(work, one, other)
    assert made is not None and work.parents(made) == [one, other]
    assert work.show_all(made, ["."]) == {"a": b"2\n", "b\tü": b"2\n"}
    assert merge_trees(work, one, other) == (sh(work.root, "git", "rev-parse", f"{made}^{{tree}}"), [])
    assert merged_commit(work, base, one) == one


def test_conflicts_are_named(work: Repository) -> None:
    base = work.resolve("main")
    sides = [loose_commit(work, base, {"a": text, "b\tü": text}, "side") for text in (b"2\n", b"3\n")]
    assert merge_trees(work, *sides)[1] == ["a", "b\tü"]
    assert merged_commit(work, *sides) is None


def test_a_git_that_is_too_old_says_so(work: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    base = work.resolve("main")
    sides = [loose_commit(work, base, {name: b"2\n"}, "side") for name in ("a", "b")]
    monkeypatch.setattr(merge, "run_git", lambda *_: Result(129, b"", "usage: git merge-tree <base-tree> <branch1> <branch2>"))
    with pytest.raises(Problems, match="can't merge without a working tree") as caught:
        merge_trees(work, *sides)
    assert caught.value.diagnostics[0].code == "MLS0959" and "2.38" in str(caught.value.diagnostics[0].help)
