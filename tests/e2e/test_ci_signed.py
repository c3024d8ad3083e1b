"""Commits of `mlspec ci propose` in a job of GitHub Actions: GitHub makes them, signs them, and they are what would have been pushed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import git
from support.crash import killed
from support.github_commits import SIGNED
from support.github_server import Answer, Request
from support.proposal_world import BRANCH, LOCK, VALIDATION, World, proposal_world

from mlspec.adapters.github import api as github_api

pytestmark = pytest.mark.e2e
NEW = {LOCK: "schema: '2.0'\nstages: {}\n", VALIDATION: '{"rows": 1}\n'}
NEWER = {LOCK: "schema: '2.0'\nstages: {a: 1}\n"}
MAKING = ("git/create-tree", "git/create-commit")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(github_api, "sleep", lambda seconds: None)
    with proposal_world(tmp_path) as made:
        made.become_a_job()
        made.github.branch_rules = [SIGNED]
        yield made


def show(world: World, form: str, revision: str = BRANCH) -> str:
    return git(world.remote, "show", "--no-patch", f"--format={form}", revision).strip()


def test_a_pull_request_of_the_bot_can_be_merged_where_commits_must_be_signed(world: World) -> None:
    world.write(NEW)
    world.propose()
    assert world.github.blocking(BRANCH) == []
    assert world.github.verification(world.tip())["reason"] == "valid"
    assert show(world, "%an <%ae>|%cn <%ce>") == (
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>|GitHub <noreply@github.com>"
    )
    assert show(world, "%P") == git(world.remote, "rev-parse", "main").strip()
    assert show(world, "%B").startswith("Refresh source/sales\n\nMlspec-Proposal: source/sales\nMlspec-Content: sha256:")
    assert {path: world.show(path) for path in NEW} == NEW
    assert git(world.remote, "diff", "--name-only", "main", BRANCH).split() == sorted(NEW)
    assert git(world.root, "rev-parse", BRANCH, f"origin/{BRANCH}").split() == [world.tip()] * 2
    assert git(world.root, "status", "--porcelain") == ""
    assert [d["ref"] for d in world.github.dispatches] == [BRANCH]


def test_elsewhere_the_commit_is_a_push_as_before_and_what_is_missing_is_told(world: World) -> None:
    world.job.clear()
    world.write(NEW)
    told = world.propose().out
    assert world.github.blocking(BRANCH) == [world.tip()]
    assert not set(MAKING) & set(world.github.operations)
    assert f"`main` takes signed commits only, and {world.tip()[:12]} is not signed" in told
    assert "commit.gpgsign true" in told


@pytest.mark.parametrize("runner", ["FORGEJO_ACTIONS", "GITEA_ACTIONS"])
def test_another_forge_s_runner_is_not_github(world: World, runner: str) -> None:
    world.job[runner] = "true"
    world.write(NEW)
    world.propose()
    assert not set(MAKING) & set(world.github.operations)
    assert world.show(LOCK) == NEW[LOCK]


def test_a_second_run_makes_nothing_and_new_content_is_one_commit_again(world: World) -> None:
    world.write(NEW)
    world.propose()
    first = world.tip()
    world.github.requests.clear()
    assert "has it already" in world.propose().out
    assert (world.tip(), set(world.github.operations)) == (first, {"pulls/list"})
    world.write(NEWER)
    world.propose()
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert world.github.blocking(BRANCH) == []
    assert len(world.github.pulls) == 1


@pytest.mark.parametrize("second", ["2026-11-01T12:00:00Z", ""], ids=["in the same second", "later"])
def test_what_was_pushed_unsigned_before_the_rule_is_made_anew(world: World, second: str) -> None:
    world.job.update({"GIT_AUTHOR_DATE": second, "GIT_COMMITTER_DATE": second} if second else {})
    world.job.pop("GITHUB_ACTIONS")
    world.write(NEW)
    world.propose()
    before = world.tip()
    world.become_a_job()
    assert "pushed" in world.propose().out
    assert world.github.blocking(BRANCH) == []
    assert git(world.remote, "rev-parse", f"{BRANCH}^{{tree}}") == git(world.remote, "rev-parse", f"{before}^{{tree}}")
    world.github.branch_rules.clear()
    world.propose()
    assert len(world.github.dispatches) == 2


def test_without_the_rule_an_unsigned_commit_stays_since_a_push_would_dismiss_approvals(world: World) -> None:
    world.github.branch_rules.clear()
    world.job.pop("GITHUB_ACTIONS")
    world.write(NEW)
    world.propose()
    before = world.tip()
    world.become_a_job()
    assert "has it already" in world.propose().out
    assert world.tip() == before


def test_a_persons_commit_is_never_overwritten(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.push(BRANCH, "specs/note.md", "mine", "A person's work")
    tip = world.tip()
    assert "has it already" in world.propose().out
    world.write(NEWER)
    assert "MLS0523" in world.propose(check=1).text
    assert world.tip() == tip


def test_who_pushes_while_github_makes_the_commit_wins(world: World) -> None:
    world.write(NEW)
    world.propose()
    original = world.github._git_create_commit

    def slowly(request: Request) -> Answer:
        world.push(BRANCH, "specs/note.md", "mine", "A person was faster")
        return original(request)

    world.github._git_create_commit = slowly  # type: ignore[method-assign]
    world.write(NEWER)
    assert "MLS0962" in world.propose(check=1).text
    assert world.show("specs/note.md") == "mine"
    world.github._git_create_commit = original  # type: ignore[method-assign]
    assert "MLS0523" in world.propose(check=1).text
    assert world.show("specs/note.md") == "mine"


def test_an_attacker_s_commit_in_the_bot_s_and_github_s_names_is_not_ours(world: World) -> None:
    """Anybody may write these names, and copy a trailer: what a commit changes decides."""
    world.write(NEW)
    world.propose()
    other = world.home / "other"
    git(world.home, "clone", "--quiet", "--branch", BRANCH, str(world.remote), "other")
    (other / "specs/evil.yaml").write_text("mine")
    git(other, "config", "user.name", "GitHub")
    git(other, "config", "user.email", "noreply@github.com")
    git(other, "add", "--all")
    message = git(other, "show", "--no-patch", "--format=%B", "HEAD")
    who = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    git(other, "commit", "--quiet", f"--author={who}", "--message", message)
    git(other, "push", "--quiet", "origin", BRANCH)
    tip = world.tip()
    assert world.github.blocking(BRANCH) == [tip]
    world.write(NEWER)
    assert "MLS0523" in world.propose(check=1).text
    assert world.tip() == tip


def test_a_tree_that_came_out_otherwise_is_not_pushed(world: World) -> None:
    world.github.spoils = VALIDATION
    world.write(NEW)
    assert "MLS0963" in world.propose(check=1).text
    assert (world.tip(), world.github.pulls) == ("", [])
    world.github.spoils = ""
    world.propose()
    assert world.github.blocking(BRANCH) == []


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("operation", MAKING)
def test_a_failure_on_the_way_makes_no_second_commit(world: World, operation: str, *, done: bool) -> None:
    world.github.fault(502, times=1, on=operation, done=done)
    world.github.fault(403, "You have exceeded a secondary rate limit", times=1, on=operation, headers={"Retry-After": "1"})
    world.write(NEW)
    world.propose()
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert (len(world.github.pulls), len(world.github.dispatches)) == (1, 1)
    assert world.github.blocking(BRANCH) == []


def test_where_github_does_not_sign_our_own_commit_is_pushed_and_told(world: World) -> None:
    """An enterprise server whose owner did not turn it on, or the token of a person."""
    world.github.signs = False
    world.write(NEW)
    told = world.propose().out
    assert "has no signature of GitHub's" in told
    assert world.github.blocking(BRANCH) == [world.tip()]
    assert show(world, "%an") == "Ada"


@pytest.mark.parametrize("place", ["signatures:signed_by_github", "publish:move_branch", "publish:push"])
def test_a_killed_run_is_taken_up_where_it_stopped(world: World, place: str) -> None:
    world.write(NEW)
    killed(world.propose, f"mlspec.promotion.proposals.{place}", "after")
    world.propose()
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert world.github.blocking(BRANCH) == []
    assert len(world.github.pulls) == 1
