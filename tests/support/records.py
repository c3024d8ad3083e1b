"""Records, claims and environment files as mlspec writes them, made of what a test says: everything else is sound, and the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mlspec.registry.claims import ClaimFile
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import parse_record, to_bytes
from mlspec.registry.records import Claim, RegistryRecord

FILES = {"model": "model", "baseline": "baseline", "train": "train.parquet", "test": "test.parquet"}
AT, UNTIL = "2026-11-21T08:00:00Z", "2026-12-05T08:00:00Z"


def sha(content: str | bytes) -> str:
    return "sha256:" + hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def estimate(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 1, "high": value + 1}


def artifacts(model: str = "demand") -> dict[str, dict[str, str]]:
    """What a record says of its files."""
    folder = f"pipelines/models/{model}"
    found = {name: {"path": f"{folder}/{file}", "md5": md5(file), "digest": sha(file)} for name, file in FILES.items()}
    del found["model"]["digest"]  # the record's own
    return found


def record(version: str = "v1.0.0", model: str = "demand", **more: Any) -> bytes:
    """A registry record's bytes; `more`: its keys, as in YAML."""
    form = {
        "model": model, "version": version, "digest": sha(version), "artifacts": artifacts(model), "spec": sha("spec"), "code": "none",
        "environment": sha("lock"), "commit": "1e" * 20, "metrics": {"mae": estimate(3.0)}, "createdAt": AT, "createdBy": "Ada <a@b>",
    }  # fmt: skip
    return to_bytes(RegistryRecord.model_validate(form | more))


def gate(kpi: str = "mae <= 50", subject: str = "overall", **more: Any) -> dict[str, Any]:
    """A gate of a claim."""
    form = {"kpi": kpi, "metric": "mae", "subject": subject, "rows": 150, "verdict": "pass", "message": "mae is 3 | `x`", "value": 3.0}
    return form | more


def subject(environment: str, version: str, **more: Any) -> dict[str, Any]:
    known = {"environment": environment, "deployment": "demand", "model": "demand", "version": version, "digest": sha(version)}
    return known | {"previous": "none"} | more


def claim(environment: str, version: str, of: bytes, *, about: Mapping[str, Any] | None = None, **more: Any) -> bytes:
    """The bytes of a promotion's claim. `of`: the record's bytes; `about`: keys of its subject; `more`: its own keys."""
    form = {
        "type": "promotion", "subject": subject(environment, version, **(about or {})), "registry": sha(of), "kpis": sha("k"), "target": sha("t"),
        "policy": "none", "test": sha("test.parquet"), "champion": "none", "gates": [gate()], "verdict": "pass",
        "evaluatedAt": AT, "validUntil": UNTIL, "nonce": "0" * 32,
    }  # fmt: skip
    return to_bytes(Claim.model_validate(form | more))


def rollback(environment: str, version: str, of: bytes, *, about: Mapping[str, Any] | None = None, **more: Any) -> bytes:
    """The bytes of a rollback's claim."""
    form = {
        "type": "rollback", "subject": subject(environment, version, **(about or {})), "registry": sha(of), "target": sha("t"), "reason": "worse",
        "evaluatedAt": AT, "validUntil": UNTIL, "nonce": "1" * 32,
    }  # fmt: skip
    return to_bytes(Claim.model_validate(form | more))


def entry(content: bytes) -> Entry:
    """A record as it is read."""
    found = parse_record("record", content, RegistryRecord)
    return Entry(f"registry/{found.model}/{found.version}.yaml", content, found)


def claim_file(content: bytes, path: str = "") -> ClaimFile:
    """A claim as it is read."""
    found = parse_record("claim", content, Claim)
    usual = f"promotions/{found.subject.environment}/{found.subject.deployment}/{found.subject.version}.yaml"
    return ClaimFile(path or usual, content, found)


def deployment(environment: str, name: str = "demand", model: str = "demand", target: str = "local-rest", **keys: str) -> str:
    """An environment file; `keys`: more keys of its spec, as YAML text."""
    head = f"apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {{name: {name}, environment: {environment}}}\n"
    spec = f"spec:\n  model: {model}\n  target: {target}\n"
    return head + spec + "".join(f"  {key}: {text}\n" for key, text in keys.items())


def deployed(environment: str, version: str, claimed: bytes | str, *, previous: str = "none", name: str = "demand", **keys: str) -> str:
    """An environment file that names a version, and the claim that put it there (or its digest)."""
    digest = claimed if isinstance(claimed, str) else sha(claimed)
    return deployment(environment, name, version=version, digest=sha(version), previous=previous, claim=digest, **keys)
