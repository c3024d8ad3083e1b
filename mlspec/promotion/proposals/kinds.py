"""What differs from one kind of proposal to another: who wants it, and when two of them say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.diagnostics.digest import bytes_digest, canonical_digest
from mlspec.promotion.proposals.proposal import Files, KindName, Proposal, content_digest
from mlspec.registry.claims import moment
from mlspec.registry.entries import read_entry
from mlspec.registry.paths import is_claim_path, is_record_path, is_signature_path
from mlspec.registry.record_files import parse_record
from mlspec.registry.records import Claim, RegistryRecord

_LATER = {"nonce", "evaluatedAt", "validUntil", "registry", "gates", "createdAt", "createdBy", "commit", "metrics"}
"""Keys of records and claims that a second run writes otherwise: times, who ran it on top of what, and numbers' last bits."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a proposal's files say. `digest`: of it, whenever it is said. `passing`: its words that a second run would say otherwise.

    `until`: when it holds no longer; None: never.
    """

    digest: str
    passing: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """`asked`: somebody asks for it by name, so that their word is newer than a "no" of earlier; else a schedule brings it.

    `read` raises `Problems` for files that are none of this kind.
    """

    asked: bool
    read: Callable[[Files], Said]


def _content(files: Files) -> Said:
    """A refresh or retraining says its files, to the byte."""
    return Said(content_digest(files))


def _records(files: Files) -> Said:
    """Records and claims say what they say whoever ran the command, and when; the environment file names its claim by digest."""
    form, passing, until = dict[str, Any](), list[str](), None
    claims = [bytes_digest(content) for path, content in files.items() if is_claim_path(path)]
    for path, content in sorted(files.items()):
        if is_record_path(path):
            record = read_entry(path, content).record
            form[path], passing = _lasting(record), [*passing, record.commit]
        elif is_claim_path(path):
            claim = parse_record(path, content, Claim)
            form[path], passing, until = _lasting(claim), [*passing, claim.valid_until], moment(claim.valid_until)
        elif is_signature_path(path):
            form[path] = "signed"
        else:
            form[path] = _without(content, claims)
    return Said(canonical_digest(form), tuple(passing), until)


def _lasting(record: RegistryRecord | Claim) -> dict[str, Any]:
    form = record.canonical()
    gates = [[g["kpi"], g["subject"], g["verdict"]] for g in form.get("gates", [])]
    return {"verdicts": gates} | {key: value for key, value in form.items() if key not in _LATER}


def _without(content: bytes, words: list[str]) -> str:
    text = content.decode("utf-8", "replace")
    for word in words:
        text = text.replace(word, "")
    return text


KINDS: Mapping[KindName, Kind] = {
    "promotion": Kind(asked=True, read=_records),
    "rollback": Kind(asked=True, read=_records),
    "registration": Kind(asked=True, read=_records),
    "refresh": Kind(asked=False, read=_content),
    "retrain": Kind(asked=False, read=_content),
}


def said(proposal: Proposal) -> Said:
    """What a proposal says. Raises `Problems` for files that are none of its kind."""
    return KINDS[proposal.kind].read(proposal.files)


def says_the_same(proposal: Proposal, files: Files, now: datetime) -> bool:
    """Whether an earlier run's files say what the proposal says, and still hold."""
    try:
        earlier = KINDS[proposal.kind].read(files)
    except Problems:
        return False
    return earlier.digest == said(proposal).digest and (earlier.until is None or earlier.until > now)


def retold(proposal: Proposal, files: Files) -> str:
    """The body, where an earlier run's files are used again: their times and commits are the ones that count."""
    body = proposal.body
    for word, earlier in zip(said(proposal).passing, KINDS[proposal.kind].read(files).passing, strict=True):
        body = body.replace(word, earlier)
    return body
