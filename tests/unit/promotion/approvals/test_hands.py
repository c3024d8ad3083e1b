"""Who had a hand in a change, and what can't be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlspec.adapters.github.access import Push
from mlspec.adapters.github.reviews import Account, PullCommit, PullRequest
from mlspec.promotion.approvals.facts import Facts
from mlspec.promotion.approvals.hands import Hands, hands

ONE, TWO, THREE, MAIN = ("1" * 40, "2" * 40, "3" * 40, "9" * 40)
ADA, BEN, GITHUB, BOT = Account("ada", "User"), Account("ben", "User"), Account("web-flow", "User"), Account("github-actions[bot]", "Bot")
PULL = PullRequest(1, ADA, THREE, "change", "acme/shop", "main", MAIN, 1, "open", None, None)


def commit(name: str, author: Account | None, committer: Account | None = GITHUB, message: str = "x", mail: str = "") -> PullCommit:
    return PullCommit(name, author, committer, mail, message)


def facts(*commits: PullCommit, pushes: tuple[Push, ...] | None = (), pull: PullRequest = PULL) -> Facts:
    return Facts(replace(pull, commits=len(commits)), (), commits, pushes)


def of(given: Facts, updates: dict[str, str] | None = None, made_by: tuple[str, ...] = ()) -> Hands:
    return hands(given, updates or {}, made_by)


def test_everybody_is_named_with_what_they_did() -> None:
    message = "x\n\nCo-authored-by: Carl <5+Carl@users.noreply.github.com>\nRequested-by: dora\n"
    given = facts(commit(THREE, BEN, message=message, mail="ben@example.org"), pushes=(Push("eve", ONE, THREE), Push("fay", ONE, TWO)))
    found = of(given, made_by=("Gus <9+gus@users.noreply.github.com>", "Ben <BEN@example.org>", "Who <who@example.org>", "odd"))
    assert dict(found.people) == {
        "ada": "opened the pull request",
        "dora": "asked for it",
        "ben": "wrote 333333333333",
        "carl": "wrote 333333333333 with somebody",
        "eve": "pushed 333333333333",
        "gus": "made the record",
    }
    assert (found.of("ADA"), found.of("fay"), found.unknown) == ("opened the pull request", None, ())


def test_who_updates_the_branch_wrote_nothing_but_a_push_of_more_counts() -> None:
    update = commit(THREE, BEN)
    only = facts(commit(ONE, ADA), update, pushes=(Push("ben", ONE, THREE),))
    assert of(only, {THREE: ONE}).of("ben") is None
    more = facts(commit(ONE, ADA), update, pushes=(Push("ben", MAIN, THREE),))
    assert of(more, {THREE: ONE}).of("ben") == "pushed 333333333333"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (facts(commit(THREE, None)), "knows no account"),
        (facts(commit(THREE, ADA, None)), "knows no account"),
        (facts(commit(THREE, ADA), pull=replace(PULL, author=None)), "that opened the pull request is gone"),
        (facts(commit(THREE, ADA), pushes=(Push("", ONE, THREE),)), "that pushed to the branch is gone"),
        (facts(commit(THREE, BOT), pull=replace(PULL, author=BOT)), "says for which person"),
        (
            facts(commit(THREE, BOT, message="x\n\nRequested-by: github-actions[bot]"), pull=replace(PULL, author=BOT)),
            "says for which person",
        ),
        (facts(commit(THREE, ADA, message="x\n\nRequested-by: ben"), pull=replace(PULL, author=BOT)), "says for which person"),
        (facts(commit(THREE, BOT, message="x\n\nRequested-by: ben"), pull=replace(PULL, author=BOT), pushes=None), "who pushed"),
        (facts(commit(THREE, BOT, message="x\n\nRequested-by: ben"), pull=replace(PULL, author=BOT)), "who pushed"),
    ],
)
def test_what_cant_be_told(given: Facts, said: str) -> None:
    assert said in "; ".join(of(given).unknown)


def test_a_bots_pull_request_that_tells_all() -> None:
    named = commit(THREE, BOT, message="x\n\nRequested-by: ben")
    found = of(facts(named, pull=replace(PULL, author=BOT), pushes=(Push(BOT.login, MAIN, THREE),)))
    assert (found.unknown, found.of("ben")) == ((), "asked for it")
    merged = replace(PULL, author=BOT, merged_at="2026-11-21T08:00:00Z")  # who pushed long ago may be forgotten
    assert of(facts(named, pull=merged, pushes=None)).unknown == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (facts(commit(THREE, BOT), pull=replace(PULL, author=BOT)), "opened the pull request"),
        (facts(commit(THREE, BOT)), "made 333333333333"),
        (facts(commit(THREE, ADA, BOT)), "made 333333333333"),
        (facts(commit(THREE, BOT, GITHUB)), "made 333333333333"),
        (facts(commit(THREE, ADA, ADA), pushes=(Push(BOT.login, ONE, THREE),)), "pushed 333333333333"),
    ],
)
def test_what_a_bot_did_is_told(given: Facts, said: str) -> None:
    assert of(given).bot == f"`{BOT.login}` {said}"
    assert of(facts(commit(THREE, ADA, GITHUB), pushes=(Push("ada", ONE, THREE),))).bot is None


def test_who_pushes_a_commit_in_the_bot_s_and_github_s_names_has_a_hand_in_it() -> None:
    """So does GitHub name what it signs for a bot, and so may anybody name a commit of their own."""
    found = of(facts(commit(THREE, BOT, GITHUB), pushes=(Push("ben", ONE, THREE),)))
    assert (found.of("ben"), found.unknown) == ("pushed 333333333333", ())
    assert found.bot == f"`{BOT.login}` made 333333333333"


def test_who_asked_for_it_and_wrote_some_of_it_is_told_as_a_writer() -> None:
    assert of(facts(commit(THREE, BEN, message="x\n\nRequested-by: ben"))).of("ben") == "wrote 333333333333"
