"""Remotes, and the tags and branches they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import add_remote, clone, commit_all, sh, start

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.tags import every_tag, fetch_tags, make_tag, push_tags, remote_tags, tag_names
from mlspec.diagnostics import Problems


@pytest.fixture
def work(tmp_path: Path) -> Repository:
    root = start(tmp_path / "work")
    (root / "a").write_text("a")
    commit_all(root)
    add_remote(root, tmp_path / "remote.git")
    return open_repository(root)


def test_a_remote_of_a_person_s_own_settings_is_in_nobody_s_way(work: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git remote get-url` knows only what the repository's file names, `git remote` and `git push` take them all."""
    (tmp_path / "gitconfig").write_text(
        '[remote "mirror"]\n\turl = https://example.org/mirror\n[url "/near/"]\n\tinsteadOf = https://example.org/\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert work.require_remote("origin") == str(tmp_path / "remote.git")
    assert work.require_remote("mirror") == "/near/mirror"
    with pytest.raises(Problems, match="there is `mirror`, `origin`"):
        work.require_remote("other")


def test_the_address_to_push_to(work: Repository) -> None:
    sh(work.root, "git", "config", "remote.origin.pushurl", "ssh://git@example.org/ada/bikes")
    assert work.require_remote("origin") == "ssh://git@example.org/ada/bikes"


def test_the_branch_of_just_that_name(work: Repository) -> None:
    """Git lists every ref that ends in what is asked for."""
    commit = work.resolve("HEAD")
    sh(work.root, "git", "push", "-q", "origin", "main:refs/heads/a/refs/heads/topic")
    assert work.remote_branch("origin", "topic") is None and work.remote_branch("origin", "main") == commit
    assert work.default_branch("origin") == "main"


def test_a_head_that_names_no_branch(work: Repository, tmp_path: Path) -> None:
    sh(tmp_path / "remote.git", "git", "update-ref", "--no-deref", "HEAD", work.resolve("HEAD"))
    assert work.default_branch("origin") is None


def test_a_remote_that_can_t_be_read(work: Repository) -> None:
    sh(work.root, "git", "remote", "set-url", "origin", "/nonexistent/nowhere.git")
    for ask in (lambda: work.default_branch("origin"), lambda: work.remote_branch("origin", "main"), lambda: remote_tags(work, "origin")):
        with pytest.raises(Problems, match="can't be read") as caught:
            ask()
        assert caught.value.diagnostics[0].code == "MLS0960"


def test_pull_goes_forward_only(work: Repository, tmp_path: Path) -> None:
    other = clone(tmp_path / "remote.git", tmp_path / "other")
    (other / "b").write_text("b")
    theirs = commit_all(other)
    sh(other, "git", "push", "-q")
    assert work.pull() == "" and work.resolve("HEAD") == theirs
    for root, name in ((other, "c"), (work.root, "d")):
        (root / name).write_text(name)
        commit_all(root)
    sh(other, "git", "push", "-q")
    assert "fast-forward" in work.pull()


def test_tags_are_read_made_pushed_and_fetched(work: Repository, tmp_path: Path) -> None:
    head = work.resolve("HEAD")
    make_tag(work, "demand@v1.0.0", head, "one\n\nMlspec-Model: x\n", 86_400)
    sh(work.root, "git", "tag", "light")
    sh(work.root, "git", "tag", "tree", "HEAD^{tree}")
    made, light, tree = every_tag(work)
    assert (made.name, made.commit, made.annotated, made.when) == ("demand@v1.0.0", head, True, 86_400)
    assert made.tagger == "Ada <ada@example.org>" and made.message == "one\n\nMlspec-Model: x"
    assert (light.name, light.commit, light.object, light.when) == ("light", head, head, None)
    assert tree.commit is None and not tree.annotated
    assert tag_names(work, "demand@*") == ["demand@v1.0.0"]
    assert push_tags(work, "origin", ["demand@v1.0.0", "light"]) == ""
    assert remote_tags(work, "origin") == {"demand@v1.0.0": head, "light": head}
    other = open_repository(clone(tmp_path / "remote.git", tmp_path / "other"))
    sh(other.root, "git", "tag", "-d", "demand@v1.0.0")
    fetch_tags(other, "origin", ["demand@v1.0.0"])
    assert [t.name for t in every_tag(other)] == ["demand@v1.0.0", "light"]
    sh(work.root, "git", "tag", "-f", "light", "HEAD^{tree}")
    assert "light" in push_tags(work, "origin", ["light"])
    with pytest.raises(Problems):
        make_tag(work, "light", head, "again", 0)
