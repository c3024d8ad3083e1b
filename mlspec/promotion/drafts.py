"""The files of a promotion or rollback, as bytes, before anything is written: record, claim, environment file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mlspec.compiler.project.layout import environment_file
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import problem
from mlspec.diagnostics.digest import bytes_digest
from mlspec.gates.evidence import Judgement
from mlspec.gates.waivers import first_end
from mlspec.language.kinds.deployment import Deployment, Hold
from mlspec.language.yaml.write import dump
from mlspec.promotion.edit import set_spec_keys
from mlspec.promotion.ground import Case, Ground
from mlspec.promotion.new_record import new_entry
from mlspec.promotion.policy import policy_digest, valid_for
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.registry import claims
from mlspec.registry.digests import object_digest
from mlspec.registry.entries import Entry, find_version
from mlspec.registry.record_files import Files, parse_record, to_bytes
from mlspec.registry.records import Claim, GateEntry, RegistryRecord, Subject, VersionRef


@dataclass(frozen=True, slots=True)
class Draft:
    """What one branch will hold. `files` are the new and edited ones; the record is among them only when it is new."""

    claim: Claim
    claim_path: str
    record: RegistryRecord
    files: Mapping[str, bytes]
    branch: str
    title: str

    @property
    def claim_digest(self) -> str:
        return bytes_digest(self.files[self.claim_path])

    def proposal(self, base: str, commit: str, body: str) -> Proposal:
        """The draft as a proposal to the branch `base`, on top of its `commit`."""
        subject = self.claim.subject
        reason = f"Reason: {' '.join(self.claim.reason.split())}\n\n" if self.claim.reason else ""
        said = f"{reason}Model: {subject.digest}\nPrevious: {subject.previous}\nClaim: {self.claim_digest}\n"
        about = f"deployment/{subject.environment}/{subject.deployment}"
        return Proposal.make(self.claim.type, about, self.branch, (base, commit), self.title, body, self.files, said)


def draft_promotion(case: Case, judgement: Judgement) -> Draft:
    """Draft a promotion on top of the base branch."""
    ground, choice = case.ground, case.choice
    entry = choice.entry or new_entry(ground, choice.candidate, choice.version, judgement.metrics, case.moment)
    claim = _promotion_claim(case, entry, judgement)
    path = claims.free_path(ground.files, case.environment, case.deployment.name, choice.version)
    new = {} if choice.entry else {entry.path: entry.content}
    where, edited = _edited(ground.files, case.deployment, claim)
    return _named(claim, path, entry.record, {**new, path: to_bytes(claim), where: edited})


def draft_rollback(ground: Ground, deployment: Bound[Deployment], entry: Entry, hold: Hold, moment: datetime) -> Draft:
    """Draft the way back to `entry`, with a hold so that no promotion replaces it at once; its reason is the rollback's."""
    environment = deployment.envelope.metadata.environment
    claim = Claim(
        type="rollback",
        subject=_subject(deployment, entry),
        registry=entry.digest,
        target=object_digest(ground.project.target_of(deployment)),
        reason=hold.reason,
        evaluated_at=claims.instant(moment),
        valid_until=claims.instant(moment + claims.VALID_FOR),
        nonce=claims.new_nonce(),
    )
    path = claims.free_path(ground.files, environment, deployment.name, entry.record.version, rollback=True)
    where, edited = _edited(ground.files, deployment, claim, hold)
    return _named(claim, path, entry.record, {path: to_bytes(claim), where: edited})


def _edited(files: Files, deployment: Bound[Deployment], claim: Claim, hold: Hold | None = None) -> tuple[str, bytes]:
    """(path, text) of the environment file that names what the claim puts there, and the hold, if any."""
    subject, more = claim.subject, {"hold": {"until": hold.until, "reason": hold.reason}} if hold else {}
    where, before, index = _environment_file(files, deployment)
    digest = bytes_digest(to_bytes(claim))
    keys = {"version": subject.version, "digest": subject.digest, "previous": subject.previous, "claim": digest, **more}
    return where, set_spec_keys(where, before, index, keys)


def _environment_file(files: Files, deployment: Bound[Deployment]) -> tuple[str, bytes, int]:
    """(path, text, number of the document) to edit. A Deployment that a ModelSet makes gets its file now.

    Raises MLS0711 when a file is not on the base branch, or one is in the way.
    """
    if not deployment.document.origin:
        before = files.get(deployment.path)
        if before is None:
            raise problem("MLS0711", f"{deployment.path} is not on the base branch", help="merge the Deployment first")
        return deployment.path, before, deployment.document.index
    path = environment_file(deployment.envelope.metadata.environment, deployment.name)
    if path in files:
        raise problem("MLS0711", f"{path} is in the way: it holds another object", help="move that into a file of another name")
    return path, dump(deployment.document.value).encode(), 0


def _named(claim: Claim, path: str, record: RegistryRecord, files: Mapping[str, bytes]) -> Draft:
    """The draft with its branch and title, which its claim decides."""
    subject, back = claim.subject, claim.type == "rollback"
    branch = f"mlspec/{'rollback' if back else 'promote'}/{subject.environment}/{subject.deployment}/{subject.version}"
    title = f"Roll {subject.model} back to {subject.version} in" if back else f"Promote {subject.model} {subject.version} to"
    where = subject.environment if subject.deployment == subject.model else f"{subject.environment}/{subject.deployment}"
    return Draft(claim, path, record, files, branch, f"{title} {where}")


def read_draft(files: Files, there: Files) -> Draft:
    """The draft that another job left as `files`; `there` are the records on the base branch.

    Raises MLS0710 when the files are not one claim with its record. That they are right is for `mlspec verify` to say.
    """
    paths = [p for p in files if claims.is_claim_path(p)]
    if len(paths) != 1:
        raise problem("MLS0710", f"a promotion has one claim, and this has {len(paths)}", help="run `mlspec promote` again")
    claim = parse_record(paths[0], files[paths[0]], Claim)
    model, version = claim.subject.model, claim.subject.version
    entry = find_version(files, model, version) or find_version(there, model, version)
    if entry is None or entry.digest != claim.registry:
        message = f"{paths[0]} names no registry record of {claim.subject.model} {claim.subject.version}"
        raise problem("MLS0710", message, help="run `mlspec promote` again")
    return _named(claim, paths[0], entry.record, files)


def _promotion_claim(case: Case, entry: Entry, judgement: Judgement) -> Claim:
    champion, project, deployment = judgement.champion, case.ground.project, case.deployment
    return Claim(
        type="promotion",
        subject=_subject(deployment, entry),
        registry=entry.digest,
        kpis=object_digest(case.kpis),
        target=object_digest(project.target_of(deployment)),
        policy=policy_digest(project, case.environment),
        test=entry.record.artifacts.test.digest,
        champion=VersionRef(version=str(champion.version), digest=champion.digest) if champion else "none",
        gates=tuple(GateEntry.model_validate(g.as_form()) for g in judgement.report.gates),
        verdict="pass",
        evaluated_at=claims.instant(case.moment),
        valid_until=claims.instant(_valid_until(case, judgement)),
        nonce=claims.new_nonce(),
    )


def _valid_until(case: Case, judgement: Judgement) -> datetime:
    """As long as mlspec and the policies give, and never beyond a waiver that it rests on."""
    most = case.moment + valid_for(case.ground.project, case.environment)
    return min(most, first_end(judgement.report) or most)


def _subject(deployment: Bound[Deployment], entry: Entry) -> Subject:
    record = entry.record
    return Subject(
        environment=deployment.envelope.metadata.environment,
        deployment=deployment.name,
        model=record.model,
        version=record.version,
        digest=record.digest,
        previous=deployment.envelope.spec.digest or "none",
    )
