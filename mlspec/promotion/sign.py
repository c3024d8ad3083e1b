"""Puts the signatures into a promotion or rollback: under the model's files, and under record and claim.

The model is fetched by content and hashed; it is not loaded. Signed is what the base branch's keys will accept, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems, problem
from mlspec.gates.candidate import fetch
from mlspec.registry.at_commit import read_files
from mlspec.registry.claims import ClaimFile
from mlspec.registry.entries import Entry, find_version
from mlspec.registry.paths import signature_path
from mlspec.registry.record_files import Files, parse_record
from mlspec.registry.records import Claim
from mlspec.registry.signing import chain
from mlspec.registry.signing.signer import Signer, find_signer, nobody
from mlspec.registry.signing.trust import Trust, trust_at
from mlspec.runtime.artifact import combine, file_digests

if TYPE_CHECKING:
    from mlspec.promotion.drafts import Draft


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, for whom to accept. `signer` None: nobody can here, and nothing asks for it."""

    root: Path
    trust: Trust
    signer: Signer | None

    def sign(self, draft: Draft, there: Files) -> Draft:
        """The draft with its signatures; `there` are the records on the base branch. A model that was signed before keeps its signature.

        Raises MLS0740 when the model's bytes are not those of the record, MLS0775 when the base branch trusts others only.
        """
        if self.signer is None:
            return draft
        entry = entry_of(draft, there)
        signed = {**draft.files, signature_path(draft.claim_path): self._evidence(self.signer, draft, entry)}
        path = signature_path(entry.path)
        if not self._is_signed(path, entry, there):
            signed[path] = self.signer.sign(chain.model(entry, model_files(self.root, entry)))
        return self._proven(replace(draft, files=signed), there)

    def require_vouched(self, there: Files, entry: Entry, environment: str) -> None:
        """Ask that somebody vouches for a model before it is loaded: its signature in `there`, or, where it never had one, who signs here.

        So a version from before signatures were asked for can come back. Raises MLS0773 without either, MLS0775 for a key not trusted.
        """
        path = signature_path(entry.path)
        if self.signer is not None and path not in there:
            there = {**there, path: self.signer.sign(chain.model(entry, model_files(self.root, entry)))}
        chain.require_signed_model(there, entry, environment, self.trust)

    def holds(self, draft: Draft, there: Files) -> bool:
        """Whether what `draft` needs is signed: by whom the base branch trusts, over these bytes."""
        return not self._check(draft, there).diagnostics

    def still_holds(self, repository: Repository, draft: Draft) -> Callable[[str, Files], bool]:
        """Whether an earlier run's commit counts as the same proposal as `draft`: where its signatures hold by today's keys."""

        def holds(commit: str, files: Files) -> bool:
            if not self.trust.configured:
                return True
            claim = parse_record(draft.claim_path, files[draft.claim_path], Claim)
            return self.holds(replace(draft, claim=claim, files=files), read_files(repository, commit))

        return holds

    def _evidence(self, signer: Signer, draft: Draft, entry: Entry) -> bytes:
        return signer.sign(chain.evidence(entry, draft.claim_path, draft.files[draft.claim_path]))

    def _is_signed(self, path: str, entry: Entry, there: Files) -> bool:
        try:
            return path in there and bool(chain.check_model_signature(path, there[path], entry, self.trust))
        except Problems:
            return False

    def _check(self, draft: Draft, there: Files) -> chain.Signed:
        entry, claim = entry_of(draft, there), ClaimFile(draft.claim_path, draft.files[draft.claim_path], draft.claim)
        paths = (signature_path(entry.path), signature_path(claim.path))
        found = {path: draft.files.get(path, there.get(path)) for path in paths}
        files = {path: content for path, content in found.items() if content is not None}
        return chain.check_signed(files, entry, claim, draft.claim.subject.environment, self.trust)

    def _proven(self, draft: Draft, there: Files) -> Draft:
        if found := self._check(draft, there).diagnostics:
            raise Problems(list(found))
        return draft


def signatory(repository: Repository, project: Project, commit: str, environment: str) -> Signatory:
    """Who signs a promotion to `environment`, on top of `commit`, of which `project` is compiled.

    Raises MLS0771 and MLS0772 where a Policy asks for signatures and nobody is trusted, or can sign here, and what `find_signer` raises.
    """
    trust = trust_where_asked(repository, project, commit, environment)
    signing = project.settings.envelope.spec.signing
    if signing is None:
        return Signatory(repository.root, trust, None)
    signer = find_signer(repository, signing)
    if signer is None and trust.asks(environment):
        raise nobody(signing, environment)
    return Signatory(repository.root, trust, signer)


def trust_where_asked(repository: Repository, project: Project, commit: str, environment: str) -> Trust:
    """Whom the project trusts. Raises MLS0771 where a Policy asks for signatures and nobody's count: no promotion could be merged."""
    trust = trust_at(repository, commit, project)
    if project.settings.envelope.spec.signing is None and trust.asks(environment):
        message = f"a Policy asks for signatures in {environment}, and the project trusts nobody's"
        advice = "say in mlspec.yaml whose count: `signing: {trusted: {keys: [keys/release.pub]}}`, and merge that first"
        raise problem("MLS0771", message, help=advice)
    return trust


def entry_of(draft: Draft, there: Files) -> Entry:
    """The record of the version that a draft is about."""
    subject = draft.claim.subject
    entry = find_version(draft.files, subject.model, subject.version) or find_version(there, subject.model, subject.version)
    if entry is None:
        raise problem("MLS0715", f"there is no registry record of {subject.model} {subject.version}", help="`mlspec promote` again")
    return entry


def model_files(root: Path, entry: Entry) -> dict[str, str]:
    """{path: sha256 hex} of a record's model, fetched by content and compared with the record. Raises MLS0740; loads nothing."""
    hexes = file_digests(fetch(root, entry.record.artifacts.model))
    if combine(hexes) != entry.record.digest:
        message = f"the model's bytes are not those of {entry.path}: it says {entry.record.digest}, the store has {combine(hexes)}"
        raise problem("MLS0740", message, help="put the right bytes back on the DVC remote, or train and promote again")
    return hexes
