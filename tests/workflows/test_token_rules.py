"""The stand-in Git server's rules for pushes with a token, on their own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import token_rules
from support.act_git import ActGit, _header
from support.cli import environment, git
from support.token_rules import Rules

pytestmark = pytest.mark.e2e

SLUG, TOKEN, APP_TOKEN = "acme/shop", "ghs_token", "ghs_app"
WORKFLOW = ".github/workflows/ci.yml"
NOT_ALLOWED = f"refusing to allow a GitHub App to create or update workflow `{WORKFLOW}` without `workflows` permission"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ActGit]:
    """`change` alters a workflow on top of main's first commit; main's second alters it, too."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(tmp_path, "clone", "-q", "remote.git", "work")
    git(tmp_path / "work", "checkout", "-q", "-b", "main")
    commit(tmp_path, WORKFLOW, "one")
    git(tmp_path / "work", "push", "-q", "origin", "main")
    git(tmp_path / "work", "checkout", "-q", "-b", "change")
    commit(tmp_path, WORKFLOW, "a person's")
    git(tmp_path / "work", "checkout", "-q", "main")
    commit(tmp_path, WORKFLOW, "two")
    git(tmp_path / "work", "push", "-q", "origin", "main", "change")
    with ActGit(tmp_path / "remote.git", SLUG, TOKEN, apps=[APP_TOKEN]) as server:
        yield server


def commit(folder: Path, path: str, text: str) -> None:
    """On top of where the clone is."""
    file = folder / "work" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    git(folder / "work", "add", "-A")
    git(folder / "work", "commit", "-q", "-m", text)


def push(served: ActGit, spec: str, token: str = TOKEN) -> str:
    """What Git says of a push by a token; "" where it went through."""
    words = ["git", "-c", f"http.extraHeader=AUTHORIZATION: {_header(token)}", "push", "-q", f"{served.url}/{SLUG}", spec]
    done = subprocess.run(words, cwd=served.bare.parent / "work", env=environment(), capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr), done.stderr
    return done.stderr


@pytest.mark.parametrize("spec", ["main~1:refs/tags/v1", "main~1:refs/heads/new", "change:refs/tags/v1", "change:refs/heads/new"])
def test_a_new_ref_with_other_workflows_than_mains_takes_an_app(served: ActGit, spec: str) -> None:
    assert NOT_ALLOWED in push(served, spec)
    assert push(served, spec, APP_TOKEN) == ""


@pytest.mark.parametrize("spec", ["main:refs/tags/v1", "main:refs/heads/new", ":refs/heads/change"])
def test_what_brings_no_workflow_is_let_in(served: ActGit, spec: str) -> None:
    assert push(served, spec) == ""


def test_a_bot_may_push_on_top_of_a_branch_that_changes_workflows_and_may_not_change_them(served: ActGit, tmp_path: Path) -> None:
    git(tmp_path / "work", "checkout", "-q", "change")
    commit(tmp_path, "results.txt", "results")
    assert push(served, "change") == ""
    commit(tmp_path, WORKFLOW, "the bot's")
    assert NOT_ALLOWED in push(served, "change")
    assert push(served, "change", APP_TOKEN) == ""


def test_nobody_pushes_to_main(served: ActGit, tmp_path: Path) -> None:
    commit(tmp_path, "results.txt", "results")
    assert all("GH006" in push(served, "main", token) for token in (TOKEN, APP_TOKEN))
    assert served.pushes() == ["main", "main"]


def test_rulesets_that_a_test_switches_on(served: ActGit, tmp_path: Path) -> None:
    git(tmp_path / "work", "checkout", "-q", "change")
    commit(tmp_path, "results.txt", "results")
    token_rules.set_rules(served.bare, Rules(signatures=True, creations=True, bypass=(token_rules.APP,)))
    assert "Commits must have verified signatures" in push(served, "change")
    assert "creations being restricted" in push(served, "main:refs/heads/new")
    assert push(served, "main:refs/tags/v1") == ""
    assert push(served, "change", APP_TOKEN) == push(served, "main:refs/heads/new", APP_TOKEN) == ""
