"""What happens while approvals are judged: a review between the reading and the status, another run's status, a Policy that is merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.approval_world import POLICY, Approvals, approval_world
from support.promotion_world import BRANCH, World

pytestmark = pytest.mark.e2e


@pytest.fixture
def asked(waiting: World) -> Iterator[Approvals]:
    """#1 promotes v1.1.0 to staging; main's Policy asks for one approval."""
    with approval_world(waiting) as made:
        yield made


def meanwhile(world: Approvals, operation: str, *happens: Callable[[], Any], before: bool = False) -> None:
    """Let something happen right after (or before) GitHub answered an operation: the first at the first time, and so on."""
    original, left = getattr(world.github, operation), list(happens)

    def hooked(request: Any) -> Any:
        due = left.pop(0) if left else lambda: None
        if before:
            due()
        answer = original(request)
        if not before:
            due()
        return answer

    setattr(world.github, operation, hooked)


def states(world: Approvals) -> list[str]:
    return [status["state"] for status in world.github.statuses if status["context"] == "mlspec/approvals"]


def set_by_another(world: Approvals, state: str) -> None:
    """The run of the review is faster: it sets the status first."""
    head = world.github.tip(BRANCH)
    world.github.statuses.append(
        {"context": "mlspec/approvals", "state": state, "sha": head, "created_at": "2026-11-21T09:00:00Z", "description": ""}
    )


def test_an_older_run_does_not_set_red_after_a_review_turned_it_green(asked: Approvals) -> None:
    def agree() -> None:
        asked.github.review(1, "ben")
        set_by_another(asked, "success")

    meanwhile(asked, "_pulls_list_reviews", agree)
    asked.passes("--status")
    assert states(asked) == ["success", "success"]


def test_an_older_run_does_not_set_green_after_the_approval_was_taken_back(asked: Approvals) -> None:
    """Not for a moment: where people let GitHub merge by itself, that would do."""

    def take_back() -> None:
        asked.github.reviews[-1]["state"] = "DISMISSED"
        set_by_another(asked, "failure")

    asked.github.review(1, "ben")
    meanwhile(asked, "_pulls_list_reviews", take_back)
    assert asked.check("--status").code == 1
    assert states(asked) == ["failure", "failure"]


def test_a_review_right_before_the_status_is_set_is_seen_after_it(asked: Approvals) -> None:
    meanwhile(asked, "_repos_create_commit_status", lambda: asked.github.review(1, "ben"), before=True)
    asked.passes("--status")
    assert states(asked) == ["failure", "success"]


def test_a_base_that_is_changed_meanwhile(asked: Approvals) -> None:
    asked.github.review(1, "ben")
    meanwhile(asked, "_repos_create_commit_status", lambda: asked.github.retarget(1, "main"), before=True)
    assert asked.check("--status").code == 1
    assert states(asked) == ["success", "failure"]


def test_a_policy_that_was_merged_meanwhile_holds(asked: Approvals) -> None:
    """The run waited, and its clone is of before: it would set green over the red of a newer one."""
    asked.github.review(1, "ben")
    asked.commit("main", {"specs/policy.yaml": POLICY % (2, "")}, "dora")
    from support.cli import git

    git(asked.root, "update-ref", "refs/remotes/origin/main", "main")
    done = asked.check("--status")
    assert (done.code, "needs 2 approvals" in done.text, states(asked)) == (1, True, ["failure"]), done.text


def test_reviews_without_end_are_no_answer(asked: Approvals) -> None:
    original = asked.github._pulls_list_reviews

    def never(request: Any) -> Any:
        asked.github.review(1, "rita", "COMMENTED")
        return original(request)

    asked.github.__dict__["_pulls_list_reviews"] = never
    asked.github.review(1, "ben")
    done = asked.check("--status")
    assert (done.code, "MLS0757" in done.text, states(asked)) == (1, True, ["error"]), done.text
