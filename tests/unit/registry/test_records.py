"""Records and claims: canonical bytes that read back to the same bytes, and files that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.diagnostics import Problems
from mlspec.diagnostics.digest import bytes_digest
from mlspec.registry.claims import claims_of, find_claim, free_path, instant, is_claim_path, moment, new_nonce
from mlspec.registry.entries import entries, find_digest, find_version, next_version, record_path, version_key
from mlspec.registry.record_files import parse_record, to_bytes
from mlspec.registry.records import Claim, RegistryRecord

A, B, C = ("sha256:" + c * 64 for c in "abc")
MD5 = "0123456789abcdef" * 2
ARTIFACTS = {
    "model": {"path": "pipelines/models/m/model", "md5": MD5 + ".dir"},
    "baseline": {"path": "pipelines/models/m/baseline", "md5": MD5 + ".dir", "digest": B},
    "train": {"path": "pipelines/models/m/train.parquet", "md5": MD5, "digest": B},
    "test": {"path": "pipelines/models/m/test.parquet", "md5": MD5, "digest": C},
}
RECORD: dict[str, Any] = {
    "model": "m", "version": "v1.0.0", "digest": A, "artifacts": ARTIFACTS, "spec": A, "code": "none", "environment": B, "commit": "1e" * 20,
    "metrics": {"mae": {"value": 41.25, "low": 1e-07, "high": 1e22}, "r2": {"value": -0.5}}, "createdAt": "2026-11-21T08:00:00Z", "createdBy": "Ada <a@b>",
}  # fmt: skip
GATE = {
    "kpi": "mae <= 50",
    "metric": "mae",
    "subject": "day=0755",
    "value": 0.1 + 0.2,
    "rows": 10,
    "verdict": "pass",
    "message": "NO: 1:30 \"'\\ | `x` 数",
}
CLAIM: dict[str, Any] = {
    "type": "promotion",
    "subject": {"environment": "staging", "deployment": "d", "model": "m", "version": "v1.0.0", "digest": A, "previous": "none"},
    "registry": B, "kpis": A, "target": B, "test": C, "champion": "none", "gates": [GATE], "verdict": "pass",
    "evaluatedAt": "2026-11-21T08:00:00Z", "validUntil": "2026-12-05T08:00:00Z", "nonce": "0" * 32,
}  # fmt: skip
ROLLBACK = {k: v for k, v in CLAIM.items() if k not in ("kpis", "test", "champion", "gates", "verdict")} | {
    "type": "rollback",
    "reason": "no: good\n# x",
}


def record(**more: Any) -> RegistryRecord:
    return RegistryRecord.model_validate({**RECORD, **more})


def claim(**more: Any) -> Claim:
    return Claim.model_validate({**CLAIM, **more})


@pytest.mark.parametrize(
    "made",
    [record(), record(metrics={}, createdBy='"; rm -rf / #'), claim(), claim(gates=[]), Claim.model_validate(ROLLBACK)],
    ids=["record", "record-odd", "claim", "no-gates", "rollback"],
)
def test_bytes_read_back_to_the_same_bytes(made: RegistryRecord | Claim) -> None:
    content = to_bytes(made)
    again = parse_record("x.yaml", content, type(made))
    assert again == made
    assert to_bytes(again) == content
    assert content.endswith(b"\n")
    assert b"\r" not in content


def test_a_number_comes_back_to_the_last_bit() -> None:
    [gate] = parse_record("x.yaml", to_bytes(claim()), Claim).gates or ()
    assert gate.value == 0.1 + 0.2


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1}, {"version": "1.0"}, {"version": "v01.0.0"}, {"digest": "sha256:" + "A" * 64}, {"digest": "md5:1"}, {"commit": "abc"}, {"createdBy": ""},
        {"createdAt": "2026-11-21"}, {"model": "../m"}, {"artifacts": {**ARTIFACTS, "model": {"path": "../../etc/passwd", "md5": MD5}}},
        {"artifacts": {**ARTIFACTS, "model": {"path": "/etc/passwd", "md5": MD5}}}, {"artifacts": {**ARTIFACTS, "test": {"path": "t", "md5": MD5}}},
        {"artifacts": {**ARTIFACTS, "model": {"path": "m", "md5": "x"}}}, {"code": None}, {"metrics": {"mae": 1}}, {"metrics": {"mae": {"value": "1"}}},
    ],
)  # fmt: skip
def test_a_record_that_is_none(change: dict[str, Any]) -> None:
    import yaml

    with pytest.raises(Problems):
        parse_record(
            "x.yaml", yaml.safe_dump({"apiVersion": "mlspec/v1", "kind": "ModelVersion", **RECORD, **change}).encode(), RegistryRecord
        )


@pytest.mark.parametrize("key", ["kpis", "test", "champion", "gates", "verdict", "subject", "registry", "nonce", "validUntil"])
def test_a_promotion_s_claim_lacks_nothing(key: str) -> None:
    import yaml

    text = yaml.safe_dump({"apiVersion": "mlspec/v1", "kind": "Claim"} | {k: v for k, v in CLAIM.items() if k != key})
    with pytest.raises(Problems):
        parse_record("x.yaml", text.encode(), Claim)


@pytest.mark.parametrize("content", [b"", b"[]", b"a: 1\n---\nb: 2\n", b"\xff\xfe", b"a: [", b"a: &x [*x]\n", b"{{" * 40], ids=repr)
def test_files_that_are_no_records(content: bytes) -> None:
    for model in (RegistryRecord, Claim):
        with pytest.raises(Problems):
            parse_record("x.yaml", content, model)


def files(*made: RegistryRecord) -> dict[str, bytes]:
    return {record_path(r.model, r.version): to_bytes(r) for r in made}


def test_versions_are_ordered_as_numbers_and_the_next_one_is_after_the_newest() -> None:
    known = files(*(record(version=v) for v in ("v1.9.0", "v1.10.2", "v1.2.0")))
    assert [e.record.version for e in entries(known, "m")] == ["v1.2.0", "v1.9.0", "v1.10.2"]
    assert [next_version(known, "m", b) for b in ("major", "minor", "patch")] == ["v2.0.0", "v1.11.0", "v1.10.3"]
    assert next_version({}, "m", "major") == "v1.0.0"
    assert version_key("v1.10.0") > version_key("v1.9.9")


def test_the_same_bytes_are_found_as_one_version() -> None:
    known = files(record(), record(version="v1.1.0", digest=B), record(model="other", digest=C))
    found = find_digest(known, "m", B)
    assert found is not None
    assert found.record.version == "v1.1.0"
    assert find_digest(known, "m", C) is None
    assert find_version(known, "m", "v7.0.0") is None


def test_a_record_under_another_s_name_is_refused() -> None:
    with pytest.raises(Problems, match=r"v1\.0\.0"):
        entries({"registry/m/v2.0.0.yaml": to_bytes(record())}, "m")


def test_other_files_in_the_folder_are_no_records() -> None:
    known = files(record()) | {"registry/m/README.md": b"hello", "registry/m/v2.0.0.yaml.bak": b"", "registry/m/sub/v3.0.0.yaml": b""}
    assert next_version(known, "m", "minor") == "v1.1.0"


def test_claims_are_found_by_digest_and_add_only() -> None:
    first, second = to_bytes(claim()), to_bytes(claim(nonce="1" * 32))
    path = "promotions/staging/d/v1.0.0.yaml"
    assert free_path({}, "staging", "d", "v1.0.0") == path
    assert free_path({path: first}, "staging", "d", "v1.0.0") == "promotions/staging/d/v1.0.0.2.yaml"
    assert free_path({path: first}, "staging", "d", "v1.0.0", rollback=True) == "promotions/staging/d/v1.0.0.rollback-1.yaml"
    known = {path: first, "promotions/staging/d/v1.0.0.2.yaml": second, "promotions/production/d/v1.0.0.yaml": first}
    assert all(is_claim_path(p) for p in known)
    found = find_claim(known, "staging", "d", bytes_digest(second))
    assert found is not None
    assert found.claim.nonce == "1" * 32
    assert find_claim(known, "staging", "other", bytes_digest(second)) is None
    assert len(claims_of(known, "staging", "d")) == 2
    assert not is_claim_path("promotions/staging/d/../../x/v1.0.0.yaml")


def test_moments_and_nonces() -> None:
    assert instant(moment("2026-11-21T08:00:00Z")) == "2026-11-21T08:00:00Z"
    assert len({new_nonce() for _ in range(50)}) == 50
