"""Which environments a run deploys to: nothing is lost in silence, nothing that is newer is undone."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.ci.deploys.decide import Decision, Other, Standing, decide, to_cancel

OLD, MINE, NEW = "a" * 40, "b" * 40, "c" * 40
SAME, DIFFERS = Standing(OLD, same=True), Standing(OLD, same=False)
BOTH = frozenset({"staging", "production"})


def other(**options: Any) -> Other:
    facts: dict[str, Any] = {"run": 7, "commit": OLD, "place": "older"}
    return Other(**(facts | {k: frozenset(v) if isinstance(v, set) else v for k, v in options.items()}))


def due(standing: dict[str, Standing | None], *others: Other) -> dict[str, bool]:
    return {d.environment: d.due for d in decide(standing, others)}


def one(standing: Standing | None, *others: Other) -> Decision:
    [found] = decide({"production": standing}, others)
    return found


@pytest.mark.parametrize(
    ("standing", "is_due"),
    [
        (SAME, False),
        (DIFFERS, True),
        (None, True),
        (Standing(None, same=False), True),
        (Standing(OLD, same=True, broken=9), True),
    ],
    ids=["the same", "differs", "no answer", "never", "a later run failed"],
)
def test_by_content_and_where_in_doubt_it_is_deployed(standing: Standing | None, is_due: bool) -> None:
    assert one(standing).due is is_due


def test_what_waits_with_the_same_content_goes_on_waiting_and_is_not_tagged() -> None:
    found = one(DIFFERS, other(may={"production"}, waits={"production"}, same={"production"}))
    assert (found.due, found.settled) == (False, False)
    assert "run 7" in found.why


def test_taken_back_while_it_waits() -> None:
    """What is deployed is what is declared again; but the older run would deploy what was taken back as soon as somebody approves."""
    waiting = other(may={"production"}, waits={"production"})
    assert one(SAME, waiting).due
    assert to_cancel([waiting], ["production"]) == [waiting]


def test_one_that_waits_beside_one_with_other_content() -> None:
    same = other(run=5, may={"production"}, waits={"production"}, same={"production"})
    assert one(DIFFERS, other(run=6, may={"production"}), same).due


def test_a_run_is_cancelled_whole_so_all_that_waits_there_is_deployed_here() -> None:
    """Only staging changed. Run 7 waits for both, for production with the same content: cancelled for staging, production would be lost."""
    waiting = other(may=BOTH, waits=BOTH, same={"production"})
    assert due({"staging": DIFFERS, "production": DIFFERS}, waiting) == {"staging": True, "production": True}


def test_what_is_deployed_already_is_not_deployed_again_for_that() -> None:
    """A run that has not planned yet may deploy anything; nobody is asked to review production for it."""
    planning = other(may=BOTH, same={"production"})
    assert due({"staging": DIFFERS, "production": SAME}, planning) == {"staging": True, "production": False}


def test_staging_goes_out_while_production_waits() -> None:
    waiting = other(may={"production"}, waits={"production"}, same={"production"})
    assert due({"staging": DIFFERS, "production": DIFFERS}, waiting) == {"staging": True, "production": False}
    assert to_cancel([waiting], ["staging"]) == []


def test_an_older_run_that_is_started_again_undoes_nothing_newer() -> None:
    newer = other(commit=NEW, place="newer", may={"production"}, waits={"production"})
    found = one(DIFFERS, newer)
    assert (found.due, found.settled) == (False, False)
    assert to_cancel([newer], ["production"]) == []


def test_a_line_that_was_given_up_is_neither_cancelled_nor_trusted() -> None:
    stray = other(place="elsewhere", may={"production"}, waits={"production"}, same={"production"})
    assert one(DIFFERS, stray).due
    assert to_cancel([stray], ["production"]) == []
