"""Claims: which version was approved for which place, and on what evidence. Found by digest, never by name alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mlspec.adapters.git import when
from mlspec.compiler.project.layout import CLAIMS
from mlspec.diagnostics.digest import bytes_digest
from mlspec.registry.paths import is_claim_path
from mlspec.registry.record_files import Files, below, parse_record
from mlspec.registry.records import Claim

VALID_FOR = timedelta(days=14)
"""How long evidence may wait for its approval."""

__all__ = ["VALID_FOR", "ClaimFile", "claims_of", "find_claim", "free_path", "instant", "is_claim_path", "moment", "new_nonce"]


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A claim with the path and the bytes it was read from."""

    path: str
    content: bytes
    claim: Claim

    @property
    def digest(self) -> str:
        return bytes_digest(self.content)


def claims_of(files: Files, environment: str, deployment: str) -> list[ClaimFile]:
    """Every claim of a deployment, oldest evaluation first. Raises `Problems` for a broken one."""
    there = below(files, f"{CLAIMS}/{environment}/{deployment}")
    found = [ClaimFile(p, c, parse_record(p, c, Claim)) for p, c in there.items() if is_claim_path(p)]
    return sorted(found, key=lambda c: (c.claim.evaluated_at, c.path))


def find_claim(files: Files, environment: str, deployment: str, digest: str) -> ClaimFile | None:
    """The claim whose bytes have `digest`; None when there is none."""
    for path, content in sorted(below(files, f"{CLAIMS}/{environment}/{deployment}").items()):
        if bytes_digest(content) == digest:
            return ClaimFile(path, content, parse_record(path, content, Claim))
    return None


def free_path(files: Files, environment: str, deployment: str, version: str, *, rollback: bool = False) -> str:
    """Where a new claim goes: claims are add-only, so a second one for a version gets a number."""
    stem = f"{CLAIMS}/{environment}/{deployment}/{version}"
    candidates = [f"{stem}.rollback-{n}.yaml" for n in range(1, 1000)] if rollback else [f"{stem}.yaml"]
    candidates += [] if rollback else [f"{stem}.{n}.yaml" for n in range(2, 1000)]
    return next(c for c in candidates if c not in files)


def new_nonce() -> str:
    """32 hex digits that make every claim its own: an old approval can't be passed off as a new one."""
    return secrets.token_hex(16)


def instant(moment: datetime) -> str:
    """A moment as records write it: UTC, whole seconds."""
    return when.instant(int(moment.timestamp()))


def moment(text: str) -> datetime:
    """The moment that a record's text names."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
