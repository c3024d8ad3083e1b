"""`mlspec verify --base`: may this change be merged? Everything is recomputed from the checkout, with the base branch's KPIs.

Read from the top. A change that promotes nothing and touches no record passes; else every refusal names what moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from mlspec.adapters.dvc.store import kept_open
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.load.inputs import read_list
from mlspec.compiler.project.environments import previous_environment
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.gates.bytes_check import check_model_bytes
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.yaml.spec_files import find_specs
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion import place
from mlspec.promotion.preflight import require_ready
from mlspec.promotion.sign import model_files
from mlspec.promotion.verify import evidence as check_evidence
from mlspec.promotion.verify import rollback as check_rollback
from mlspec.promotion.verify.origin import check_origin
from mlspec.promotion.verify.proposed import Change, check_emptied, check_other_documents, check_other_keys, check_own_claim, check_paths
from mlspec.promotion.verify.registered import check_record
from mlspec.registry.at_commit import AtCommit, compile_at, read_files, refuse_links, specs_of
from mlspec.registry.chain import Chain, check_chain, find_chain
from mlspec.registry.claims import ClaimFile, moment
from mlspec.registry.entries import Entry, read_entry
from mlspec.registry.paths import signature_path
from mlspec.registry.records import Claim
from mlspec.registry.signing.chain import check_model_signature, check_signed
from mlspec.registry.signing.trust import Trust, trust_at

CLOCKS = timedelta(minutes=5)
"""How far two machines' clocks may be apart."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and every reason against a merge. `promoted`: deployments, or a record that is only registered; else empty."""

    promoted: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    signed: tuple[str, ...] = ()
    """Who signed, one line a signature that holds."""


def check_change(workspace: Workspace, base: str, now: datetime | None = None) -> Checked:
    """Check the change from `base` (the target branch) to HEAD (the merge result).

    Raises `Problems` when Git's state allows no answer: uncommitted work, a shallow clone, no such base.
    """
    require_ready(workspace)
    repository, change = workspace.repository, _change(workspace, base)
    promoted = change.promoted()
    found = list(check_emptied(change))
    if not promoted and not change.touches_records():
        return Checked((), tuple(found))
    trust = trust_at(repository, change.base.commit, change.base.project)
    registered = [] if promoted else change.registered()
    found += [*check_paths(change, promoted, trust, registered), *check_other_documents(change, promoted)]
    signed: list[str] = []
    alone = not found
    for path in registered:
        found += _signature(change, path, trust) or check_record(repository, change, path, alone=alone)
    for deployment in promoted:
        found += _Check(repository, change, deployment, now or datetime.now(UTC), trust, signed, alone).run()
    found += _not_on_top(repository, change, base)
    return Checked((*(d.ref for d in promoted), *registered), tuple(found), tuple(signed))


def check_inputs_of(repository: Repository, base: str, commit: str, now: datetime) -> list[Diagnostic]:
    """Every reason that the records, specs and locks of two commits give against merging `commit`; no store is asked, and no model read."""
    change = Change(compile_at(repository, base), compile_at(repository, commit), repository.changed_between(base, commit))
    trust = trust_at(repository, change.base.commit, change.base.project)
    return [d for deployment in change.promoted() for d in _Check(repository, change, deployment, now, trust, [], alone=False).run()]


def _signature(change: Change, path: str, trust: Trust) -> list[Diagnostic]:
    """What is wrong with the signature of a model that is registered: it may be missing until the version is promoted."""
    beside = signature_path(path)
    if not trust.configured or beside not in change.head.files:
        return []
    try:
        check_model_signature(beside, change.head.files[beside], read_entry(path, change.head.files[path]), trust)
    except Problems as problems:
        return list(problems.diagnostics)
    return []


def _change(workspace: Workspace, base: str) -> Change:
    repository = workspace.repository
    head, tip = repository.resolve("HEAD"), repository.resolve_unambiguous(base)
    fork = repository.merge_base(tip, head)
    if fork is None:
        raise problem("MLS0744", f"`{base}` and the checkout share no history", help="name the branch that this one started from")
    at_head = _at_head(workspace, head)
    return Change(compile_at(repository, tip), at_head, repository.changed_between(fork, head))


def _at_head(workspace: Workspace, head: str) -> AtCommit:
    """The project as Git's objects have it. `.gitattributes` can give a working tree other text than was committed, and call it clean."""
    repository = workspace.repository
    refuse_links(repository, head)
    files = read_files(repository, head)
    beside = workspace.project.beside_specs()
    same = find_specs(repository.root)[0] == specs_of(files) and all(
        read_list(repository.root, path) == repository.show(head, path) for path in beside
    )
    return AtCommit(head, workspace.project, workspace.graph, files) if same else compile_at(repository, head)


def _not_on_top(repository: Repository, change: Change, base: str) -> Iterator[Diagnostic]:
    if not repository.is_ancestor(change.base.commit, change.head.commit):
        message = f"this is not the merge result: `{base}` has commits that the checkout lacks"
        yield Diagnostic("MLS0744", message, None, f"`git merge {base}` (or check out the pull request's merge commit), and verify that")


@dataclass(frozen=True, slots=True)
class _Check:
    """The check of one promoted deployment."""

    repository: Repository
    change: Change
    deployment: Bound[Deployment]
    now: datetime
    trust: Trust
    """Whom the base branch trusts."""
    signed: list[str]
    alone: bool = True
    """Whether the change holds a promotion and nothing else. Otherwise no store is asked: its configuration may be the change's."""

    def run(self) -> list[Diagnostic]:
        """Cheap checks first; bytes and gates only when nothing else is wrong, since their answer would change nothing."""
        try:
            found = list(self._cheap())
            if found or not self.alone:
                return found
            with kept_open():
                return list(self._costly(find_chain(self.change.head.files, self.deployment)))
        except Problems as problems:
            return list(problems.diagnostics)

    def _cheap(self) -> Iterator[Diagnostic]:
        chain = find_chain(self.change.head.files, self.deployment)
        rollback = chain.claim is not None and chain.claim.claim.type == "rollback"
        yield from check_other_keys(self.change, self.deployment, rollback=rollback)
        yield from check_chain(chain, self.change.head.project)
        yield from self._champion_stays()
        if chain.claim is None or chain.entry is None:
            return
        yield from check_own_claim(self.change, self.deployment, chain.claim)
        yield from self._signatures(chain.entry, chain.claim)
        yield from self._expiry(chain.claim.claim)
        if rollback:
            yield from check_rollback.check(self.change, chain, self.now)
        else:
            yield from self._promotable()
            yield from check_evidence.check_inputs(self.repository, self.change, chain)

    def _signatures(self, entry: Entry, claim: ClaimFile) -> Iterator[Diagnostic]:
        environment = self.deployment.envelope.metadata.environment
        explain = partial(model_files, self.repository.root, entry) if self.alone else None
        found = check_signed(self.change.head.files, entry, claim, environment, self.trust, explain)
        self.signed.extend(found.lines())
        yield from found.diagnostics

    def _costly(self, chain: Chain) -> Iterator[Diagnostic]:
        assert chain.claim is not None  # noqa: S101 - `_cheap` found no fault
        assert chain.entry is not None  # noqa: S101
        found = list(check_model_bytes(self.repository.root, chain.entry, chain.where))
        if not found and chain.entry.path in self.change.paths:
            found = list(check_origin(self.repository, self.change.head, chain.entry, chain.where))
        if found:
            yield from found
        elif chain.claim.claim.type == "rollback":
            yield from check_rollback.check_model(self.repository.root, chain)
        else:
            yield from check_evidence.check_gates(self.repository, self.change, chain, self.now)

    def _champion_stays(self) -> Iterator[Diagnostic]:
        """Compare and swap: what the claim was judged against must still be what is deployed."""
        before, spec = self.change.before(self.deployment), self.deployment.envelope.spec
        deployed = (before.envelope.spec.digest if before else None) or "none"
        if (spec.previous or "none") != deployed:
            version = before.envelope.spec.version if before else None
            message = (
                f"{self.deployment.ref}: the champion moved after the evaluation: the claim was judged against {spec.previous or 'none'}, "
                f"and {f'{version} ({deployed})' if version else 'nothing'} is deployed now"
            )
            help_text = "another promotion went first: update your checkout and `mlspec promote` again, to be judged against what is there"
            yield Diagnostic("MLS0733", message, self.deployment.document.span(["spec", "previous"]), help_text)

    def _expiry(self, claim: Claim) -> Iterator[Diagnostic]:
        if moment(claim.valid_until) <= self.now:
            message = f"{self.deployment.ref}: the evidence expired: it was valid until {claim.valid_until}"
            yield Diagnostic("MLS0734", message, self.deployment.document.span(["spec", "claim"]), "`mlspec promote` again")
        elif moment(claim.evaluated_at) > self.now + CLOCKS or claim_too_long(claim):
            message = f"{self.deployment.ref}: the claim's times make no sense: evaluated {claim.evaluated_at}, until {claim.valid_until}"
            yield Diagnostic("MLS0734", message, self.deployment.document.span(["spec", "claim"]), "`mlspec promote` again")

    def _promotable(self) -> Iterator[Diagnostic]:
        """By the base branch: no hold stands, and the version stands in the environment before."""
        before = self.change.before(self.deployment)
        project, environment = self.change.base.project, self.deployment.envelope.metadata.environment
        try:
            if before is not None:
                place.check_hold(before, self.now.date())
            if previous_environment(project, environment) is not None and before is not None:
                place.version_before(project, before, self.deployment.envelope.spec.version)
        except Problems as problems:
            yield from problems.diagnostics


def claim_too_long(claim: Claim) -> bool:
    """Whether a claim gives itself more time than mlspec gives any."""
    from mlspec.registry.claims import VALID_FOR

    return moment(claim.valid_until) - moment(claim.evaluated_at) > VALID_FOR
