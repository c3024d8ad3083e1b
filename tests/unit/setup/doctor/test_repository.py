from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.cli import git
from support.doctor_world import told

from mlspec.setup.doctor import repository
from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.finding import Skipped

CHECKS = ["repository", "identity", "remote", "history", "branch", "main branch", "uncommitted files", "ignored files", "line endings"]


def test_a_healthy_repository_is_all_ok(root: Path) -> None:
    found = list(repository.examine(open_project(root)))
    assert [(f.check, f.verdict.outcome) for f in found] == [(c, "ok") for c in CHECKS]


def test_without_a_repository_one_line_says_so(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (found,) = repository.examine(open_project(root))
    assert found.verdict.outcome == "problem" and "git init" in found.verdict.fix


def test_without_a_commit_one_line_says_so(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "-b", "main")
    (found,) = repository.examine(open_project(root))
    assert "MLS0952" in found.verdict.what and "git commit" in found.verdict.fix


def test_git_does_not_know_who_commits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("GIT_AUTHOR", "GIT_COMMITTER", "EMAIL"))]:
        monkeypatch.delenv(name)
    git(root, "config", "user.useConfigOnly", "true")
    assert "git config user.name" in told(root, repository.examine, "identity").fix


@pytest.mark.parametrize(
    ("url", "outcome", "says"),
    [(None, "problem", "no remote"), ("https://github.com/ada/shop.git", "ok", "ada/shop"), ("../remote.git", "ok", "not on GitHub")],
)
def test_the_remote(root: Path, url: str | None, outcome: str, says: str) -> None:
    git(root, "remote", *(["remove", "origin"] if url is None else ["set-url", "origin", url]))
    found = told(root, repository.examine, "remote")
    assert found.outcome == outcome and says in found.what


def test_a_shallow_clone(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root.parent / 'remote.git'}", "shallow")
    found = told(tmp_path / "shallow", repository.examine, "history")
    assert found.outcome == "problem" and "git fetch --unshallow" in found.fix


@pytest.mark.parametrize(("github", "outcome"), [("true", "ok"), ("", "problem")])
def test_a_detached_head_is_a_problem_but_for_a_runner(root: Path, github: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", github)
    git(root, "switch", "-q", "--detach")
    assert told(root, repository.examine, "branch").outcome == outcome


def test_a_main_branch_that_nobody_knows(root: Path) -> None:
    spec = root / "mlspec.yaml"
    spec.write_text(spec.read_text() + "  ci: {branch: trunk}\n")
    found = told(root, repository.examine, "main branch")
    assert found.outcome == "problem" and "git fetch origin trunk" in found.fix


@pytest.mark.parametrize("path", ["pipelines/models/demand/dvc.yaml", "pipelines/models/demand/dvc.lock", ".mlspec/ledger.json"])
def test_generated_files_that_are_not_committed(root: Path, path: str) -> None:
    with (root / path).open("a") as file:
        file.write("# more\n")
    found = told(root, repository.examine, "uncommitted files")
    assert found.outcome == "problem" and path in found.what and "git commit" in found.fix


def test_a_note_of_one_s_own_is_nobody_s_business(root: Path) -> None:
    (root / "notes.txt").write_text("mine")
    assert told(root, repository.examine, "uncommitted files").outcome == "ok"


def test_generated_files_that_git_ignores(root: Path) -> None:
    (root / ".gitignore").write_text("*.yml\n")
    git(root, "rm", "-q", "--cached", ".github/workflows/mlspec-ci.yml")
    found = told(root, repository.examine, "ignored files")
    assert found.outcome == "problem" and ".github/workflows/mlspec-ci.yml" in found.what and ".gitignore:1" in found.fix


@pytest.mark.parametrize("url", [None, "https://example.org/ada/shop.git"])
def test_who_is_not_on_github_is_told_how_to_be(root: Path, url: str | None) -> None:
    git(root, "remote", *(["remove", "origin"] if url is None else ["set-url", "origin", url]))
    with pytest.raises(Skipped) as caught:
        repository.slug_of(open_project(root))
    assert "git remote" in caught.value.verdict.fix
