"""A commit as GitHub makes it is the commit that was made here: files of every kind, many of them, several commits, and a lost answer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.git_repos import add_remote, commit_all, sh, start
from support.github_commits import CommitServer, raw_git
from support.github_server import TOKEN

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github import commits as github_commits
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.commits import Made, make_commit
from mlspec.diagnostics import Problems
from mlspec.promotion.proposals import by_github
from mlspec.promotion.proposals.by_github import Place, Signed, signed_by_github

URL = "https://github.com/ada/bikes.git"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = start(tmp_path / "work")
    (made / "gone.txt").write_text("old\n")
    (made / "deep/er").mkdir(parents=True)
    (made / "deep/er/gone.txt").write_text("old\n")
    (made / "tool.sh").write_text("echo\n")
    commit_all(made, "Start")
    add_remote(made, tmp_path / "remote.git")
    sh(made, "git", "switch", "--quiet", "--create", "topic")
    return made


@pytest.fixture
def github(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommitServer]:
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL", "FORGEJO_ACTIONS", "GITEA_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    with CommitServer("ada/bikes", tmp_path / "remote.git") as running:
        running.bot = True
        for name, value in {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": running.url, "GITHUB_ACTIONS": "true"}.items():
            monkeypatch.setenv(name, value)
        yield running
        assert running.violations == []


def signed(root: Path, url: str = URL) -> Signed:
    return signed_by_github(Place(Repository(root), "origin", url, {}), "topic", ["main"])


def tree(root: Path, commit: str) -> str:
    return sh(root, "git", "rev-parse", f"{commit}^{{tree}}")


def test_files_of_every_kind_come_out_the_same(root: Path, github: CommitServer) -> None:
    for path in ("gone.txt", "deep/er/gone.txt"):
        (root / path).unlink()
    (root / "tool.sh").chmod(0o755)
    (root / "link").symlink_to("tool.sh")
    for name, content in {
        "model.bin": bytes(range(256)), "latin.csv": "Zürich".encode("latin-1"), "nul.txt": b"a\0b", "empty.txt": b"", "crlf.csv": b"a\r\nb\r\n",
        "no-end.txt": "größer 🙂".encode(), "mark.csv": b"\xef\xbb\xbfa,b\n", "a b/ü.txt": b"x",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    ours = commit_all(root, "All of it\n\nMlspec-Content: x")
    made = signed(root)
    assert made.commit != ours
    assert tree(root, made.commit) == tree(root, ours)
    assert sh(root, "git", "diff", "--raw", ours, made.commit) == ""
    assert sh(root, "git", "show", "--no-patch", "--format=%P|%B", made.commit) == sh(
        root, "git", "show", "--no-patch", "--format=%P|%B", ours
    )
    assert github.verification(made.commit)["verified"]
    assert sh(root, "git", "fsck", "--strict", "--no-dangling") == ""


def test_a_module_keeps_the_commit_that_it_names(root: Path, github: CommitServer) -> None:
    sh(root, "git", "update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},module")
    sh(root, "git", "commit", "--quiet", "--message", "A module")
    made = signed(root)
    assert tree(root, made.commit) == tree(root, "topic")
    assert github.operations == ["git/create-tree", "git/create-commit"]


def test_several_commits_keep_their_order_and_a_merge_its_parents(root: Path, github: CommitServer) -> None:
    for name in ("one", "two"):
        (root / name).write_text(name)
        commit_all(root, name)
    sh(root, "git", "switch", "--quiet", "--create", "side", "main")
    (root / "three").write_text("three")
    commit_all(root, "three")
    sh(root, "git", "switch", "--quiet", "topic")
    sh(root, "git", "merge", "--quiet", "--no-ff", "--message", "Merge", "side")
    made = signed(root).commit
    form = ["git", "log", "--topo-order", "--format=%s %T"]
    assert sh(root, *form, f"main..{made}") == sh(root, *form, "main..topic")
    assert [len(sh(root, "git", "rev-list", "--parents", "-1", c).split()) for c in (made, f"{made}^")] == [3, 2]
    assert all(github.verification(c)["verified"] for c in sh(root, "git", "rev-list", f"main..{made}").split())


def test_a_thousand_models_are_a_handful_of_requests(root: Path, github: CommitServer) -> None:
    for number in range(1000):
        folder = root / f"pipelines/models/m{number:04d}"
        folder.mkdir(parents=True)
        (folder / "dvc.lock").write_text(f"schema: '2.0'\n# {number} " + "x" * 1500)
        (folder / "metrics.json").write_text("{}\n")
    commit_all(root, "All of them")
    made = signed(root)
    assert tree(root, made.commit) == tree(root, "topic")
    assert github.operations.count("git/create-tree") == 7
    assert github.operations.count("git/create-blob") == 0
    sizes = [len(str(r.body)) for r in github.requests]
    assert max(sizes) < 1 << 20


def test_large_files_are_trees_of_their_own(root: Path, github: CommitServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_commits, "MOST_BYTES", 1000)
    for name in "abc":
        (root / name).write_text(name * 900)
    commit_all(root, "Large")
    assert tree(root, signed(root).commit) == tree(root, "topic")
    assert github.operations.count("git/create-tree") == 3


def test_a_message_that_came_out_otherwise_is_refused(root: Path, github: CommitServer, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "one").write_text("one")
    commit_all(root, "Mine")

    def other(api: GitHubApi, slug: str, made: str, parents: Sequence[str], _: str) -> Made:
        return make_commit(api, slug, made, parents, "Theirs")

    monkeypatch.setattr(by_github, "make_commit", other)
    with pytest.raises(Problems, match="does not say what"):
        signed(root)


def test_a_commit_that_its_signature_does_not_make_is_fetched(root: Path, github: CommitServer, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "one").write_text("one")
    commit_all(root, "Mine")
    sh(github.bare, "git", "config", "uploadpack.allowAnySHA1InWant", "true")
    monkeypatch.setattr(by_github, "bring_signed", lambda *_: False)
    made = signed(root)
    assert github.verification(made.commit)["verified"]
    monkeypatch.setattr(Repository, "bring", lambda *_: False)
    shutil.rmtree(root / ".git/objects/pack", ignore_errors=True)
    assert "has no signature of GitHub's" in signed(root).note


def test_a_workflow_file_is_refused_with_the_way_out(root: Path, github: CommitServer) -> None:
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/mine.yml").write_text("on: push\n")
    commit_all(root, "A workflow")
    with pytest.raises(Problems) as caught:
        signed(root)
    [found] = caught.value.diagnostics
    assert found.code == "MLS0982"
    assert ".github/workflows" in (found.help or "")


@pytest.mark.parametrize("change", ["no job", "no token", "another remote", "a forge's API"])
def test_elsewhere_nothing_is_asked(root: Path, github: CommitServer, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    if change == "no job":
        monkeypatch.setenv("GITHUB_ACTIONS", "false")
    if change == "no token":
        monkeypatch.delenv("GITHUB_TOKEN")
    if change == "a forge's API":
        monkeypatch.setenv("GITHUB_API_URL", f"{github.url}/api/v1")
    (root / "one").write_text("one")
    ours = commit_all(root, "Mine")
    url = "https://example.org/ada/bikes.git" if change == "another remote" else URL
    assert signed_by_github(Place(Repository(root), "origin", url, {}), ours, ["main"]) == Signed(ours)
    assert github.requests == []


def test_github_s_form_of_a_signature_is_taken(root: Path, github: CommitServer) -> None:
    """The header of GitHub's own commits ends with an empty line; the API tells the signature without it, or with."""
    (root / "one").write_text("one")
    commit_all(root, "Mine")
    made = signed(root).commit
    assert b"-----END PGP SIGNATURE-----\n \n" in raw_git(root / ".git", "cat-file", "commit", made)
