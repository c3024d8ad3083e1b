"""The two signatures of a version in its place: under the model's files, and under claim and record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from mlspec.diagnostics import Diagnostic, Problems, Span, problem
from mlspec.registry.claims import ClaimFile
from mlspec.registry.entries import Entry
from mlspec.registry.paths import signature_path, stem
from mlspec.registry.record_files import Files
from mlspec.registry.signing.check import authentic, check_signature, require_about
from mlspec.registry.signing.statement import Statement
from mlspec.registry.signing.trust import Trust

ModelFiles = Callable[[], dict[str, str]]
"""Fetches the model by content and gives {path: sha256 hex} of its files; nothing is loaded."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed what (`{signature file: who}`), and every reason to refuse."""

    signers: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]

    def lines(self) -> list[str]:
        """For people, one a signature."""
        return [f"{path} is signed by {who}" for path, who in sorted(self.signers.items())]


def check_signed(files: Files, entry: Entry, claim: ClaimFile, environment: str, trust: Trust, explain: ModelFiles | None = None) -> Signed:
    """Check the signatures of a record's model and of a claim, by `files` ({path: bytes}). No model bytes are needed.

    What is not there is wrong only where a Policy asks for it; what is there must hold. `explain`: to name the model's files that differ.
    """
    if not trust.configured and not trust.asks(environment):
        return Signed({}, ())

    def of_model(path: str, content: bytes) -> str:
        return check_model_signature(path, content, entry, trust, explain)

    def of_evidence(path: str, content: bytes) -> str:
        return check_signature(path, content, evidence(entry, claim.path, claim.content), trust)

    signers, found = dict[str, str](), list[Diagnostic]()
    for path, check in ((signature_path(entry.path), of_model), (signature_path(claim.path), of_evidence)):
        try:
            if path in files:
                signers[path] = check(path, files[path])
            elif trust.asks(environment):
                raise _missing(path, environment)
        except Problems as problems:
            found += problems.diagnostics
    return Signed(signers, tuple(found))


def check_model_signature(path: str, content: bytes, entry: Entry, trust: Trust, explain: ModelFiles | None = None) -> str:
    """Return who signed the model of a record. Raises what `check_signature` raises."""
    bundle, who = authentic(path, content, trust)
    stated = bundle.statement
    require_about(path, Statement(stated.name, {}), Statement(stem(entry.path), {}))
    if stated.digest != entry.record.digest:
        if explain is not None:
            require_about(path, stated, Statement(stated.name, explain()))
        message = f"{path} is about something else: signed was a model folder {stated.digest}, and {entry.path} says {entry.record.digest}"
        raise problem("MLS0776", message, help="restore both from Git; records and signatures never change", span=Span(path))
    return who


def require_signed_model(files: Files, entry: Entry, environment: str, trust: Trust) -> None:
    """Raises what is wrong with the signature of a version's model, before it is loaded; MLS0773 where a Policy asks for one."""
    path = signature_path(entry.path)
    if path in files and trust.configured:
        check_model_signature(path, files[path], entry, trust)
    elif trust.asks(environment):
        raise _missing(path, environment)


def model(entry: Entry, hexes: dict[str, str]) -> Statement:
    """What the signature of a version's model says."""
    return Statement(stem(entry.path), hexes)


def evidence(entry: Entry, claim_path: str, claim: bytes) -> Statement:
    """What the signature of a claim says: the bytes of record and claim, each in its place."""
    return Statement(stem(claim_path), {entry.path: _sha256(entry.content), claim_path: _sha256(claim)})


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _missing(path: str, environment: str) -> Problems:
    message = f"{path} is missing, and a Policy asks for signatures in {environment}"
    fix = "`mlspec promote` again (or `mlspec rollback`, to go back) with the key to sign with set: it writes them"
    return problem("MLS0773", message, help=fix)
