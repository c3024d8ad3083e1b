"""When two proposals say the same: what they say, and not when, by whom and on top of what it was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mlspec.diagnostics.digest import bytes_digest
from mlspec.promotion.proposals.kinds import retold, said, says_the_same
from mlspec.promotion.proposals.proposal import Files, Proposal
from mlspec.registry.record_files import to_bytes
from mlspec.registry.records import Claim, RegistryRecord

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
RECORD, CLAIM = "registry/demand/v1.1.0.yaml", "promotions/staging/demand/v1.1.0.yaml"
ENVIRONMENT = "environments/staging/demand.yaml"


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def record(**changes: Any) -> RegistryRecord:
    part = {"path": "pipelines/models/demand/model", "md5": "1" * 32, "digest": digest("1")}
    form = {
        "model": "demand", "version": "v1.1.0", "digest": digest("1"), "spec": digest("2"), "code": "none", "environment": digest("3"),
        "artifacts": {"model": part, "baseline": part, "train": part, "test": part}, "commit": "a" * 40,
        "metrics": {"mae": {"value": 1.5}}, "created_at": "2026-11-29T10:00:00Z", "created_by": "Ada <ada@example.org>",
    }  # fmt: skip
    return RegistryRecord.model_validate(form | changes)


def claim(**changes: Any) -> Claim:
    subject = {"environment": "staging", "deployment": "demand", "model": "demand", "version": "v1.1.0", "digest": digest("1")}
    gate = {"kpi": "mae <= 2", "metric": "mae", "subject": "all", "value": 1.5, "rows": 9, "verdict": "pass", "message": "1.5 <= 2"}
    form = {
        "type": "promotion", "subject": subject | {"previous": "none"}, "registry": digest("4"), "kpis": digest("5"), "target": digest("6"),
        "test": digest("7"), "champion": "none", "gates": [gate], "verdict": "pass", "evaluated_at": "2026-11-29T10:00:00Z",
        "valid_until": "2026-12-13T10:00:00Z", "nonce": "0" * 32,
    }  # fmt: skip
    return Claim.model_validate(form | changes)


def files(one: RegistryRecord, other: Claim, hold: str = "") -> Files:
    content = to_bytes(other)
    return {RECORD: to_bytes(one), CLAIM: content, ENVIRONMENT: f"claim: {bytes_digest(content)}\n{hold}".encode()}


def proposal(content: Files, body: str = "") -> Proposal:
    return Proposal.make("promotion", "deployment/staging/demand", "b", ("main", "c" * 40), "t", body, content)


LATER_RECORD = {
    "commit": "b" * 40,
    "created_at": "2026-11-29T11:00:00Z",
    "created_by": "Ben <ben@example.org>",
    "metrics": {"mae": {"value": 1.5000001}},
}
LATER_CLAIM = {"registry": digest("8"), "evaluated_at": "2026-11-29T11:00:00Z", "valid_until": "2026-12-13T11:00:00Z", "nonce": "1" * 32}


def test_who_and_when_is_not_what_is_said() -> None:
    earlier = files(record(), claim())
    later = proposal(files(record(**LATER_RECORD), claim(**LATER_CLAIM)), f"valid until 2026-12-13T11:00:00Z, at {'b' * 40}")
    assert says_the_same(later, earlier, NOW)
    assert said(proposal(earlier)).digest == said(later).digest
    assert retold(later, earlier) == f"valid until 2026-12-13T10:00:00Z, at {'a' * 40}"


def test_evidence_that_ended_is_said_again() -> None:
    earlier = files(record(), claim())
    assert not says_the_same(proposal(files(record(), claim(**LATER_CLAIM))), earlier, datetime(2026, 12, 13, 10, tzinfo=UTC))


OTHER = {
    "a model": files(record(digest=digest("9")), claim()),
    "the specs": files(record(spec=digest("9")), claim()),
    "the KPIs": files(record(), claim(kpis=digest("9"))),
    "a verdict": files(record(), claim(gates=())),
    "a hold": files(record(), claim(), "hold: {until: 2026-12-06}\n"),
    "no record": {k: v for k, v in files(record(), claim()).items() if k != RECORD},
    "more": {**files(record(), claim()), "environments/staging/other.yaml": b""},
    "a broken claim": {**files(record(), claim()), CLAIM: b"kind: Claim\n"},
}


@pytest.mark.parametrize("earlier", OTHER.values(), ids=OTHER.keys())
def test_what_says_another_thing(earlier: Files) -> None:
    assert not says_the_same(proposal(files(record(), claim())), earlier, NOW)


def test_signatures_are_made_anew_each_time() -> None:
    signature = RECORD.replace(".yaml", ".sigstore.json")
    one, other = ({**files(record(), claim()), signature: content} for content in (b"{}", b"{ }"))
    assert says_the_same(proposal(one), other, NOW)
    assert not says_the_same(proposal(one), files(record(), claim()), NOW)


def test_a_refresh_says_its_bytes() -> None:
    made = replace(proposal({"a": b"1"}), kind="refresh")
    assert says_the_same(made, {"a": b"1"}, NOW)
    assert not says_the_same(made, {"a": b"1 "}, NOW)
    assert retold(made, {"a": b"1"}) == made.body
