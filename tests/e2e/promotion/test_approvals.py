"""Approvals that can't be cheated: through the command line, with real commits behind a real Git server, and GitHub's word alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.approval_world import POLICY, Approvals, approval_world
from support.cli import git
from support.github_reviews import BOT
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, World, run

pytestmark = pytest.mark.e2e


@pytest.fixture
def asked(waiting: World) -> Iterator[Approvals]:
    """#1 promotes v1.1.0 to staging; main's Policy asks for one approval."""
    with approval_world(waiting) as made:
        yield made


def text(world: Approvals, path: str, branch: str = BRANCH) -> str:
    return git(world.world.remote, "show", f"{branch}:{path}")


def test_a_second_persons_approval_counts(asked: Approvals) -> None:
    asked.refused("MLS0750", "deployment/staging/demand needs 1 approval (policy/staging)", "0 of #1 count")
    asked.github.review(1, "ben")
    assert "#1: approved by ben" in asked.passes().out
    asked.github.review(1, "carl", "COMMENTED")
    asked.github.review(1, "ben", "COMMENTED")  # takes nothing back
    asked.passes()


def test_the_author_does_not_approve_their_own(asked: Approvals) -> None:
    asked.github.review(1, "ada")
    asked.refused("MLS0750", "ada opened the pull request")


def test_where_the_policy_lets_the_author(waiting: World) -> None:
    with approval_world(waiting, POLICY % (1, ", notAuthor: false")) as asked:
        asked.github.review(1, "ada")
        asked.passes()


def test_who_wrote_a_commit_of_it_does_not_approve(asked: Approvals) -> None:
    asked.commit(BRANCH, {"notes.txt": "x"}, "ben")
    asked.github.review(1, "ben")
    asked.refused("MLS0750", "ben wrote")
    asked.github.review(1, "carl")
    asked.passes()


def test_who_pushed_last_does_not_approve_though_the_commit_bears_anothers_name(asked: Approvals) -> None:
    asked.commit(BRANCH, {"notes.txt": "x"}, "ada", pusher="mallory")
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", "mallory pushed")
    asked.github.review(1, "ben")
    asked.passes()


def test_a_commit_of_nobody_known_ends_it(asked: Approvals) -> None:
    asked.commit(BRANCH, {"notes.txt": "x"}, "stranger", pusher="ada")
    asked.github.review(1, "ben")
    asked.refused("MLS0753", "GitHub knows no account for the author or committer")
    asked.github.people.mails["stranger@example.org"] = "stranger"
    asked.passes()


@pytest.mark.parametrize("what", ["another file", "white space in the claim", "a mode"])
def test_a_push_after_the_approval_ends_it(asked: Approvals, what: str) -> None:
    asked.github.review(1, "ben")
    asked.passes()
    if what == "a mode":
        place = asked.checkout(BRANCH)
        (place / ENVIRONMENT).chmod(0o755)
        git(place, "commit", "--quiet", "--all", "--message", "A mode")
        asked.push(BRANCH, "ada")
    else:
        asked.commit(BRANCH, {"notes.txt": "x"} if what == "another file" else {CLAIM: text(asked, CLAIM) + "\n"}, "ada")
    asked.refused("MLS0750", "ben: looked at", "is not the same any more")
    asked.github.review(1, "ben")
    asked.passes()


def test_an_update_of_the_branch_keeps_the_approval_and_makes_nobody_an_author(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    asked.commit("main", {"README.md": "main moved"}, "dora")
    asked.passes()
    asked.update(login="ben")
    asked.passes()


def test_an_update_that_brings_more_than_main_has_does_not(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    asked.commit("main", {"README.md": "main moved"}, "dora")
    asked.update(login="ben")
    place = asked.checkout(BRANCH)
    (place / "README.md").write_text("and something else")
    git(place, "commit", "--quiet", "--all", "--amend", "--no-edit")
    asked.push(BRANCH, "ben", "--force")
    asked.refused("MLS0750", "is not the same any more")
    asked.github.review(1, "ben")
    asked.refused("MLS0750", "ben wrote")


def test_a_rebase_keeps_the_approval_where_the_content_stays(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    asked.commit("main", {"README.md": "main moved"}, "dora")
    git(asked.checkout(BRANCH), "rebase", "--quiet", "origin/main")
    asked.push(BRANCH, "ada", "--force")
    asked.passes()


def test_the_commit_that_was_looked_at_is_gone(asked: Approvals) -> None:
    asked.github.review(1, "ben", commit="ab" * 20)
    asked.refused("MLS0750", "abababababab, can't be had any more (force-pushed away?)")
    asked.github.reviews[-1]["commit_id"] = None
    asked.refused("MLS0750", "no longer knows which commit")


@pytest.mark.parametrize(
    ("state", "code", "said"), [("DISMISSED", "MLS0750", "was dismissed"), ("CHANGES_REQUESTED", "MLS0751", "ben asks for changes")]
)
def test_a_word_taken_back(asked: Approvals, state: str, code: str, said: str) -> None:
    asked.github.review(1, "ben")
    asked.github.review(1, "ben", state)
    asked.refused(code, said)
    asked.github.review(1, "ben")
    asked.passes()


def test_somebody_elses_no_counts_more_than_a_yes(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    asked.github.review(1, "rita", "CHANGES_REQUESTED")  # who may not write can't stop it
    asked.passes()
    asked.github.review(1, "carl", "CHANGES_REQUESTED")
    asked.refused("MLS0751", "carl asks for changes")


def test_bots_readers_and_ghosts_do_not_count(asked: Approvals) -> None:
    asked.github.people.rights["helper[bot]"] = "write"
    asked.github.review(1, "helper[bot]")
    asked.github.review(1, "rita")
    asked.github.review(1, None)
    asked.github.review(1, "passer-by")
    asked.refused(
        "MLS0750", "helper[bot]: is no person", "rita: may not write", "somebody: the account is gone", "passer-by: may not write"
    )


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "NONE"])
def test_where_rights_are_hidden_nobodys_approval_counts(asked: Approvals, association: str) -> None:
    """A member may have the right to read alone, and one who hides the membership is a contributor to a job's token."""
    asked.github.people.hidden.add("repos/get-collaborator-permission-level")
    asked.github.review(1, "ben", author_association=association)
    asked.refused("MLS0750", f"ben: whether this person may write can't be told: GitHub shows this token the association {association}")
    asked.github.review(1, "ben", "CHANGES_REQUESTED", author_association=association)
    asked.refused("MLS0751", "ben asks for changes")


def test_where_pushes_are_hidden_one_approval_more_is_needed(asked: Approvals) -> None:
    """Who pushed may be the one who approves."""
    asked.github.people.hidden.add("repos/list-activities")
    asked.github.review(1, "ada")
    asked.refused("MLS0750")
    asked.github.review(1, "ben")
    asked.refused("MLS0750", "and one more since GitHub does not tell who pushed")
    asked.github.review(1, "carl")
    assert "who pushed to the branch can't be read" in asked.passes().out


def test_a_list_without_the_push_of_the_head_is_no_answer(asked: Approvals) -> None:
    asked.commit(BRANCH, {"notes.txt": "x"}, "ada", pusher="mallory")
    asked.github.pushes.pop()
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", "and one more since GitHub does not tell who pushed")


def test_a_review_of_another_pull_request(asked: Approvals) -> None:
    asked.commit("main", {"README.md": "x"}, "dora")
    git(asked.world.remote, "branch", "other", BRANCH)
    asked.github.open("other", "carl")
    asked.github.review(2, "ben")
    asked.refused("MLS0750", "0 of #1 count")


def test_a_policy_loosened_in_the_same_change_is_not_what_counts(waiting: World) -> None:
    with approval_world(waiting, POLICY % (2, "")) as asked:
        asked.update()
        asked.commit(BRANCH, {"specs/policy.yaml": POLICY % (1, "")}, "ada")
        asked.github.review(1, "ben")
        asked.refused("MLS0750", "needs 2 approvals", "1 of #1 counts (ben)")
        asked.github.review(1, "carl")
        asked.passes()


def test_a_rollback_needs_them_too(waiting: World) -> None:
    with approval_world(waiting) as asked:
        asked.github.review(1, "ben")
        asked.merge()
        run(asked.root, "rollback", "deployment/staging/demand", "--reason", "too low", "--remote", "near", check=1)
        git(asked.root, "remote", "add", "near", str(asked.world.remote))
        run(asked.root, "rollback", "deployment/staging/demand", "--reason", "too low", "--remote", "near", check=0)
        asked.github.open("mlspec/rollback/staging/demand/v1.0.0", "ada")
        asked.github.pushed("mlspec/rollback/staging/demand/v1.0.0", "ada")
        asked.refused("MLS0750", "deployment/staging/demand needs 1 approval", pull=2)
        asked.github.review(2, "carl")
        asked.passes(pull=2)


def test_the_hundred_and_first_review(asked: Approvals) -> None:
    for _ in range(100):
        asked.github.review(1, "rita", "COMMENTED")
    asked.github.review(1, "ben")
    asked.passes()
    for _ in range(100):
        asked.github.review(1, "rita", "COMMENTED")
    asked.github.review(1, "ben", "CHANGES_REQUESTED")
    asked.refused("MLS0751")


ANSWERS = [
    (500, None, "MLS0986"),
    (200, {"message": "ok"}, "MLS0987"),
    (200, b"<html>", "MLS0987"),
    (0, None, "MLS0986"),
    (422, None, "MLS0984"),
]
READ = (
    "issues/list-events",
    "pulls/get",
    "pulls/list-reviews",
    "pulls/list-commits",
    "repos/get-collaborator-permission-level",
    "repos/list-activities",
)


@pytest.mark.parametrize(("status", "body", "code"), ANSWERS)
def test_no_answer_is_no_approval(asked: Approvals, status: int, body: object, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.adapters.github.api.sleep", lambda _: None)
    asked.github.review(1, "ben")
    for operation in READ:
        asked.github.faults.clear()
        asked.github.fault(status, times=None, on=operation, body=body)
        asked.refused(code)
    asked.github.faults.clear()
    asked.passes()


def test_without_a_token_or_without_github_nobody_can_tell(asked: Approvals) -> None:
    git(asked.root, "fetch", "--quiet", str(asked.world.remote), BRANCH)
    git(asked.root, "switch", "--quiet", "--detach", "FETCH_HEAD")
    asked.refused("MLS0756", "no token for GitHub's API is set", pull=None, env={"GITHUB_TOKEN": ""})
    git(asked.root, "remote", "set-url", "origin", str(asked.world.remote))
    asked.refused("MLS0756", "is no repository of GitHub's", pull=None)


def test_the_pull_request_is_found_by_its_head(asked: Approvals) -> None:
    git(asked.root, "fetch", "--quiet", str(asked.world.remote), BRANCH)
    git(asked.root, "switch", "--quiet", "--detach", "FETCH_HEAD")
    asked.github.review(1, "ben")
    assert "#1: approved by ben" in asked.passes(pull=None).out
    asked.github.open(BRANCH, "carl")
    asked.refused("MLS0755", "the head of 2 pull requests: #1, #2", pull=None)
    asked.github.pulls.clear()
    asked.refused("MLS0755", "no open pull request", pull=None)


def test_nothing_is_asked_of_other_changes_and_no_token_is_needed(waiting: World) -> None:
    with approval_world(waiting, None) as asked:
        assert asked.passes().out == "no approvals are asked\n"
        asked.github.requests.clear()
        assert asked.passes(pull=None, env={"GITHUB_TOKEN": ""}).out == "no approvals are asked\n"
        assert asked.github.requests == []


def test_a_pull_request_into_another_branch(asked: Approvals) -> None:
    git(asked.world.remote, "branch", "release", "main")
    asked.github.pulls[0]["base"]["ref"] = "release"
    asked.github.review(1, "ben")
    asked.refused("MLS0755", "goes into `release`")


def test_an_approval_of_the_same_commits_into_another_branch(asked: Approvals) -> None:
    """Where `dev` has something that main has not, the reviewer saw less than would be merged."""
    git(asked.world.remote, "branch", "dev", "main")
    asked.github.retarget(1, "dev")
    asked.github.review(1, "ben")
    asked.github.retarget(1, "main")
    asked.refused("MLS0750", "ben: approved it before it went into another branch")
    asked.github.review(1, "ben")
    asked.passes()
    asked.github.people.hidden.add("issues/list-events")
    assert "whether the pull request once went into another branch can't be read" in asked.passes().out


def test_what_does_not_merge_is_not_judged(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    asked.commit("main", {ENVIRONMENT: text(asked, ENVIRONMENT, "main").replace("v1.0.0", "v0.9.0")}, "dora")
    asked.refused("MLS0757", "does not merge")


def test_of_a_bots_pull_request_the_requester_does_not_approve(asked: Approvals) -> None:
    asked.github.pulls[0]["user"] = {"login": BOT, "type": "Bot"}
    asked.github.review(1, "ben")
    asked.refused("MLS0753", "no commit of its says for which person")
    place = asked.checkout(BRANCH)
    git(place, "reset", "--quiet", "--soft", "HEAD^")
    asked.github.pushes.clear()
    _as_bot(place, "Promote\n\nRequested-by: ben\n")
    asked.push(BRANCH, BOT, "--force")
    asked.refused("MLS0750", "ben asked for it")
    asked.github.review(1, "carl")
    asked.passes()
    asked.github.people.hidden.add("repos/list-activities")
    asked.refused("MLS0753", "does not tell this token who pushed")


def test_a_commit_in_the_bots_name_pushed_by_the_requester(asked: Approvals) -> None:
    asked.github.pulls[0]["user"] = {"login": BOT, "type": "Bot"}
    place = asked.checkout(BRANCH)
    git(place, "reset", "--quiet", "--soft", "HEAD^")
    _as_bot(place, "Promote\n\nRequested-by: rita\n")
    asked.push(BRANCH, "mallory", "--force")
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", "mallory pushed")


def _as_bot(place: Path, message: str) -> None:
    from support.approval_world import as_person
    from support.cli import command

    command(place, "git", "commit", "--quiet", "--message", message, check=0, extra=as_person(BOT))
