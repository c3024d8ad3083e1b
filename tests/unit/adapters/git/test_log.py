"""The walk over history, and what is read off it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import sh, start

from mlspec.adapters.git.history import added_by, additions
from mlspec.adapters.git.log import line, walk
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.diagnostics import Problems

ODD = 'odd\t"name"\n:x'
"""Git would quote it without -z, and it reads like a row of Git's own."""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Start; on a side branch a file comes and changes; both are merged, and a file becomes a link; a day apart each."""
    root = start(tmp_path / "work")
    (root / "in").mkdir()
    (root / "in/one").write_text("1")
    _commit(root, "start", 1)
    sh(root, "git", "checkout", "-q", "-b", "side")
    for day, text in ((2, "2"), (3, "22")):
        (root / "in" / ODD).write_text(text)
        _commit(root, f"side {text}", day)
    sh(root, "git", "checkout", "-q", "main")
    (root / "out").write_text("x")
    _commit(root, "out", 4)
    _dated(root, 5, "git", "merge", "-q", "--no-ff", "-m", "merge\n\nMlspec-Seconds: model/a 1\n", "side")
    (root / "in/one").unlink()
    (root / "in/one").symlink_to("../out")
    _commit(root, "link", 6)
    return open_repository(root)


def _dated(root: Path, day: int, *words: str) -> None:
    sh(root, "env", f"GIT_COMMITTER_DATE=@{day * 86400} +0000", *words)


def _commit(root: Path, message: str, day: int) -> None:
    sh(root, "git", "add", "--all")
    _dated(root, day, "git", "commit", "-q", "-m", message)


def told(work: Repository, *paths: str, **how: object) -> list[tuple[int, str, str]]:
    return [(c.step.when // 86400, c.path, c.state) for c in walk(work, ["HEAD"], paths, **how)]  # type: ignore[arg-type]


def test_along_the_line_a_merge_is_one_change(work: Repository) -> None:
    assert told(work, "in") == [(6, "in/one", "T"), (5, f"in/{ODD}", "A"), (1, "in/one", "A")]
    assert told(work, "in", oldest_first=True) == told(work, "in")[::-1]
    assert told(work, "in", since=5 * 86400) == [(6, "in/one", "T"), (5, f"in/{ODD}", "A")]
    assert told(work) == [(6, "in/one", "T"), (5, f"in/{ODD}", "A"), (4, "out", "A"), (1, "in/one", "A")]


def test_along_all_that_was_merged(work: Repository) -> None:
    found = told(work, f"in/{ODD}", along="all")
    assert [(day, state) for day, _, state in found if day < 5] == [(3, "M"), (2, "A")]


def test_a_link_is_no_file(work: Repository) -> None:
    change = next(walk(work, ["HEAD"], ["in/one"]))
    assert change.new is None and change.old == work.blobs("HEAD~1", ["in/one"])["in/one"]


def test_several_tips_are_one_walk(work: Repository) -> None:
    assert {c.step.when // 86400 for c in walk(work, ["HEAD", "side"], ["in"])} == {1, 2, 3, 5, 6}


def test_whoever_has_seen_enough_stops(work: Repository) -> None:
    walked = walk(work, ["HEAD"], ["in"])
    next(walked)
    walked.close()  # type: ignore[attr-defined]
    assert list(walked) == []


def test_no_such_commit(work: Repository) -> None:
    for name in ("nowhere", "--all"):
        with pytest.raises(Problems) as caught:
            list(walk(work, [name], ["in"]))
        assert caught.value.diagnostics[0].code == "MLS0958"


def test_the_line_has_its_merges(work: Repository) -> None:
    found = line(work, "HEAD")
    assert [(c.when // 86400, c.is_merge, c.author) for c in found] == [(day, day == 5, "Ada <ada@example.org>") for day in (6, 5, 4, 1)]
    assert found[-1].instant == "1970-01-02T00:00:00Z"


def test_what_came_and_when(work: Repository) -> None:
    tip = work.resolve("HEAD")
    assert [a.path for a in additions(work, tip, "in")] == ["in/one", f"in/{ODD}"]
    assert added_by(work, f"in/{ODD}") == work.resolve("HEAD~1") and added_by(work, "nowhere") is None


def test_messages(work: Repository) -> None:
    assert [m.split("\n")[0] for m in work.messages("HEAD", base="HEAD~2")] == ["link", "merge", "side 22", "side 2"]
    assert work.messages("HEAD", paths=["out"]) == ["out"]
    assert work.messages("HEAD", skip=1, count=1) == ["merge\n\nMlspec-Seconds: model/a 1"]
    assert work.messages("HEAD", base="HEAD") == []
    assert work.message("HEAD~2") == "out"


def test_what_one_side_lacks(work: Repository) -> None:
    assert work.merges_since("HEAD~2", "HEAD") == [work.resolve("HEAD~1")]
    assert work.line_since("HEAD~2", "HEAD") == [work.resolve("HEAD"), work.resolve("HEAD~1")]
    assert len(work.commits_since("HEAD~2", "HEAD")) == 3
    assert work.combined_in("HEAD~1") == []


def test_modules_that_gitmodules_passes_over_differ(work: Repository) -> None:
    """`ignore = all` in .gitmodules is a file of the repository: who changes code in a module could hide it."""
    root = work.root
    sh(root, "git", "checkout", "-q", "-B", "modules", "main")
    (root / ".gitmodules").write_text('[submodule "m"]\n\tpath = m\n\turl = ./m\n\tignore = all\n')
    for number in (1, 2):
        sh(root, "git", "add", ".gitmodules")
        sh(root, "git", "update-index", "--add", "--cacheinfo", f"160000,{str(number) * 40},m")
        sh(root, "git", "commit", "-q", "-m", f"module {number}")
    assert work.changed_between("HEAD~1", "HEAD") == {"m": "M"}
    assert work.changed_between("HEAD~1", "HEAD", ["m", "in"]) == {"m": "M"}
    assert work.changed_between("HEAD~1", "HEAD", ["in"]) == {}
