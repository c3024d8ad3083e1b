"""A rollback is judged by no gates: it goes to what stood here before, leaves a hold, and says nothing of evidence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.changes import BACK, BASE, CLAIM, ENVIRONMENT, HOLD, OLD_CLAIM, OLD_RECORD, ROLLBACK, TARGET, Files, going_back, staging
from support.records import deployed, gate, record, rollback, sha

from mlspec.promotion.verify.proposed import Change
from mlspec.promotion.verify.rollback import EVIDENCE, approved_digests, check
from mlspec.registry.chain import find_chain

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def refusals(found: Change, now: datetime = NOW) -> list[str]:
    told = list(check(found, find_chain(found.head.files, staging(found)), now))
    assert {d.code for d in told} <= {"MLS0745", "MLS0703"}
    return [d.message for d in told]


def test_a_rollback_as_mlspec_makes_it_passes() -> None:
    assert refusals(going_back()) == []


def test_what_was_never_deployed_here_is_nothing_to_go_back_to() -> None:
    (message,) = refusals(going_back(base={OLD_CLAIM: None}, head={}))
    assert "v1.0.0 was never deployed here" in message


def test_a_claim_for_another_place_approves_nothing_here() -> None:
    old = BASE[OLD_CLAIM]
    base: Files = {OLD_CLAIM: None, "promotions/production/demand/v1.0.0.yaml": old, "promotions/staging/second/v1.0.0.yaml": old}
    assert len(refusals(going_back(base=base))) == 1


def test_a_record_that_comes_with_it_is_refused() -> None:
    (message,) = refusals(going_back(base={OLD_RECORD: None}))
    assert "adds no record" in message
    (message,) = refusals(going_back(base={OLD_RECORD: record(createdBy="Eve")}))
    assert "adds no record" in message


@pytest.mark.parametrize("until", ["2026-11-22", "2026-11-21", "2020-01-01"])
def test_a_hold_that_does_not_stand_is_none(until: str) -> None:
    ended = str(BACK[ENVIRONMENT]).replace("2026-12-24", until)
    (message,) = refusals(going_back({ENVIRONMENT: ended}))
    assert "leaves a hold" in message


def test_without_a_hold_it_is_refused() -> None:
    bare = str(BACK[ENVIRONMENT]).replace(f"  hold: {HOLD}\n", "")
    assert bare != BACK[ENVIRONMENT]
    assert len(refusals(going_back({ENVIRONMENT: bare}))) == 1


def test_to_what_the_last_rollback_took_away_it_waits_for_the_holds_end() -> None:
    """v1.0.0 was taken away by a rollback whose hold stands: going back to it would undo that."""
    held = deployed("staging", "v1.1.0", sha("c"), previous=sha("v1.0.0"), hold=HOLD)
    (message,) = refusals(going_back(base={ENVIRONMENT: held}))
    assert "is on hold until 2026-12-24" in message
    assert "is on hold" not in "".join(refusals(going_back(base={ENVIRONMENT: held}), datetime(2026, 12, 24, tzinfo=UTC)))


VALUES = {"kpis": sha("k"), "policy": sha("p"), "test": sha("t"), "champion": "none", "gates": [gate()], "verdict": "pass"}


@pytest.mark.parametrize("key", EVIDENCE)
def test_evidence_that_nobody_computes_again_is_refused(key: str) -> None:
    text = rollback("staging", "v1.0.0", record(), about={"previous": sha("v1.1.0")}, target=TARGET, **{key: VALUES[key]})
    head: Files = {ROLLBACK: text, ENVIRONMENT: deployed("staging", "v1.0.0", text, previous=sha("v1.1.0"), hold=HOLD)}
    (message,) = refusals(going_back(head))
    assert f"says `{key}`" in message


def test_every_claim_of_the_place_is_an_approval() -> None:
    files = {OLD_CLAIM: BASE[OLD_CLAIM], CLAIM: BACK[CLAIM], "promotions/staging/demand/notes.yaml": b"x"}
    found = {path: text for path, text in files.items() if isinstance(text, bytes)}
    assert approved_digests(found, "staging", "demand") == {sha("v1.0.0"), sha("v1.1.0")}
    assert approved_digests(found, "production", "demand") == set()
