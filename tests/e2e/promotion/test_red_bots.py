"""Whoever may push can let a workflow of their own branch commit, push and open pull requests as GitHub's bot, and name anybody as requester."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.approval_world import Approvals, approval_world
from support.cli import git
from support.github_reviews import BOT
from support.promotion_world import BRANCH, World, commit, replace

pytestmark = pytest.mark.e2e
FORGED = "Promote\n\nRequested-by: ben\n"
KPIS = "specs/demand-kpis.yaml"


@pytest.fixture
def asked(waiting: World) -> Iterator[Approvals]:
    """#1 promotes v1.1.0 to staging; main's Policy asks for one approval; ben owns the project."""
    replace(waiting.root, "mlspec.yaml", "metadata: {name: shop}", 'metadata: {name: shop, owner: "@ben @mallory @carl"}')
    commit(waiting.root, "An owner")
    with approval_world(waiting) as made:
        yield made


def by_the_bot(world: Approvals, number: int) -> None:
    world.github.pulls[number - 1]["user"] = {"login": BOT, "type": "Bot"}


def test_the_hidden_requester_alone_does_not_do(asked: Approvals) -> None:
    """mallory let the bot propose, in ben's name, and approves. In truth or not: whoever is named and one more will do."""
    by_the_bot(asked, 1)
    asked.commit(BRANCH, {"README.md": "x"}, BOT, FORGED, pusher=BOT)
    asked.github.pushes[:] = asked.github.pushes[-1:]
    place = asked.checkout(BRANCH)
    git(place, "reset", "--quiet", "--soft", "origin/main")
    from support.approval_world import as_person
    from support.cli import command

    command(place, "git", "commit", "--quiet", "--message", FORGED, check=0, extra=as_person(BOT))
    asked.push(BRANCH, BOT, "--force")
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", f"one more since `{BOT}` opened the pull request", "1 of #1 counts (mallory)")
    asked.github.review(1, "ben")
    asked.passes()


def test_a_bots_commit_in_somebody_elses_pull_request(asked: Approvals) -> None:
    """ada opened it; mallory lets the bot push to it."""
    asked.commit(BRANCH, {"README.md": "x"}, BOT, "More", pusher=BOT)
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", f"one more since `{BOT}` made", "1 of #1 counts (mallory)")
    asked.github.review(1, "carl")
    asked.passes()


def test_a_loosening_by_the_bot_needs_two_owners(asked: Approvals) -> None:
    git(asked.checkout("main"), "push", "--quiet", "origin", "main:loosen")
    asked.github.open("loosen", BOT)
    looser = (asked.root / KPIS).read_text().replace("mae <= 50", "mae <= 60")
    asked.commit("loosen", {KPIS: looser}, BOT, FORGED, pusher=BOT)
    asked.github.review(2, "mallory")
    asked.github.review(2, "dora")
    asked.refused("MLS0752", "One owner does not do", "dora: stands not behind", pull=2)
    asked.github.review(2, "ben")
    asked.passes(pull=2)


def test_who_merges_another_pull_request_into_the_branch_has_moved_it(asked: Approvals) -> None:
    """mallory squashes a pull request that goes into the promotion's branch: its commits are ada's, for all that they say."""
    asked.commit(BRANCH, {"README.md": "x"}, "ada", pusher="mallory")
    asked.github.pushes[-1]["activity_type"] = "pr_merge"
    asked.github.review(1, "mallory")
    asked.refused("MLS0750", "mallory pushed")
    asked.github.review(1, "carl")
    asked.passes()
