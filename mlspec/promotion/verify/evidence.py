"""Is a promotion's evidence about what is in the checkout, and do its numbers come out again?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import lock_of, model_folder
from mlspec.diagnostics import Diagnostic, Span
from mlspec.gates.candidate import from_record
from mlspec.gates.champion import deployed
from mlspec.gates.evidence import judge_candidate, require_kpis
from mlspec.gates.tables import failing, placed
from mlspec.gates.uses import check_uses, uses_of
from mlspec.gates.waivers import first_end, with_waivers
from mlspec.pipelines.locks import locked_outs
from mlspec.promotion.policy import check_policies
from mlspec.promotion.verify.numbers import compare_gates, compare_metrics
from mlspec.promotion.verify.proposed import Change
from mlspec.registry import entries as registry
from mlspec.registry.at_commit import compile_at
from mlspec.registry.chain import Chain
from mlspec.registry.claims import moment
from mlspec.registry.digests import code_digest, environment_digest, object_digest
from mlspec.registry.entries import Entry
from mlspec.registry.records import Claim, RegistryRecord, VersionRef

_AGAIN = "`mlspec run`, merge the results, and `mlspec promote` again"


def check_inputs(repository: Repository, change: Change, chain: Chain) -> Iterator[Diagnostic]:
    """KPIs by the base branch, champion and test rows by the claim; for a new record also everything it was made from."""
    assert chain.claim is not None  # noqa: S101 - the caller checked the chain
    assert chain.entry is not None  # noqa: S101
    claim, record = chain.claim.claim, chain.entry.record
    bound = require_kpis(change.base.project, record.model, chain.deployment.envelope.metadata.environment)
    kpis = object_digest(bound)
    yield from check_uses(uses_of(repository, change.base.commit, [from_record(record)]).get(record.model), bound, chain.where)
    if claim.kpis != kpis:
        message = f"{chain.where}: the KPIs changed after the evaluation: the claim says {claim.kpis}, the base branch has {kpis}"
        yield Diagnostic("MLS0737", message, chain.span("claim"), "`mlspec promote` again, to be judged by the KPIs that hold now")
    if claim.test != record.artifacts.test.digest:
        message = f"{chain.where}: the test data changed after the evaluation: the claim says {claim.test}, the record "
        yield Diagnostic("MLS0738", message + f"has {record.artifacts.test.digest}", chain.span("claim"), _AGAIN)
    yield from _check_champion(change, chain, claim)
    yield from check_policies(change.base.project, change.head.project, claim)
    if chain.entry.path in change.paths:
        yield from check_new_record(repository, change, chain.entry, chain.where)


def _check_champion(change: Change, chain: Chain, claim: Claim) -> Iterator[Diagnostic]:
    """What the claim was judged against is what it replaces, and has the version that is deployed."""
    champion = claim.champion if isinstance(claim.champion, VersionRef) else None
    digest = champion.digest if champion else claim.champion
    before = change.before(chain.deployment)
    version = before.envelope.spec.version if before else None
    if digest != claim.subject.previous:
        message = f"{chain.where}: the claim was judged against {digest}, and replaces {claim.subject.previous}"
        yield Diagnostic("MLS0733", message, chain.span("previous"), "`mlspec promote` again")
    elif champion and champion.version != version:
        message = f"{chain.where}: the claim was judged against {champion.version}, and {version or 'nothing'} is deployed"
        yield Diagnostic("MLS0733", message, chain.span("previous"), "`mlspec promote` again")


def check_new_record(repository: Repository, change: Change, entry: Entry, where: str) -> Iterator[Diagnostic]:
    """Everything that a new record was made from, against the merge result; its bytes are new, and its commit is the base branch's."""
    record, head = entry.record, change.head
    facts = {
        "spec": ("the specs", record.spec, head.project.spec_digest(record.model)),
        "code": ("the code", record.code, code_digest(repository, head.commit, head.project)),
        "environment": ("the environment lock", record.environment, environment_digest(repository, head.commit, head.project)),
        **_lock_facts(repository, head.commit, record),
    }
    for what, recorded, found in facts.values():
        if recorded != found:
            message = f"{where}: {what} changed after the evaluation: the record says {recorded}, the checkout has {found}"
            yield Diagnostic("MLS0738", message, Span(entry.path), _AGAIN)
    yield from _check_twin(change, entry, where)
    yield from _check_commit(repository, change, entry, where)


def _check_twin(change: Change, entry: Entry, where: str) -> Iterator[Diagnostic]:
    twin = registry.find_digest(change.base.files, entry.record.model, entry.record.digest)
    if twin is not None:
        message = f"{where}: the bytes of {entry.record.version} are {twin.record.version} already: the same model has one version"
        yield Diagnostic("MLS0708", message, Span(entry.path), f"promote {twin.record.version}")


def _check_commit(repository: Repository, change: Change, entry: Entry, where: str) -> Iterator[Diagnostic]:
    """Later promotions read the version's specs at its commit, so that must be one of the base branch, with those specs."""
    record = entry.record
    wrong = None
    if repository.find(record.commit) is None or not repository.is_ancestor(record.commit, change.base.commit):
        wrong = "is not on the base branch"
    elif _spec_at(repository, record) != record.spec:
        wrong = "has other specs than the record"
    if wrong:
        message = f"{where}: the commit that the record names, {record.commit}, {wrong}"
        yield Diagnostic("MLS0738", message, Span(entry.path), _AGAIN)


def _spec_at(repository: Repository, record: RegistryRecord) -> str | None:
    project = compile_at(repository, record.commit).project
    return project.spec_digest(record.model) if record.model in project.models else None


def _lock_facts(repository: Repository, commit: str, record: RegistryRecord) -> dict[str, tuple[str, str, str]]:
    """What dvc.lock at the commit says of each artifact: its md5 must be the record's."""
    parts = {
        "test": record.artifacts.test,
        "train": record.artifacts.train,
        "model": record.artifacts.model,
        "baseline": record.artifacts.baseline,
    }
    names = {"test": "the test data", "train": "the training data", "model": "the model", "baseline": "the baseline"}
    folder = model_folder(record.model)
    outs = locked_outs(repository.show(commit, lock_of(folder)))
    return {
        key: (names[key], f"md5 {part.md5}", f"md5 {outs.get(part.path.removeprefix(folder + '/'), 'nothing')}")
        for key, part in parts.items()
    }


def check_gates(repository: Repository, change: Change, chain: Chain, now: datetime) -> Iterator[Diagnostic]:
    """Judge again: challenger and champion on the same rows, by the base branch's KPIs and waivers. Compare with the claim."""
    from mlspec.registry.trained_with import graph_of

    assert chain.claim is not None  # noqa: S101 - the caller checked the chain
    assert chain.entry is not None  # noqa: S101
    record = chain.entry.record
    champion = deployed(change.base.files, change.before(chain.deployment))
    graph = graph_of(repository, change.head.project, change.head.graph, record)
    kpis = require_kpis(change.base.project, record.model, chain.deployment.envelope.metadata.environment)
    judgement = judge_candidate(repository.root, graph, kpis, from_record(record), from_record(champion.record) if champion else None)
    judgement = with_waivers(judgement, change.base.project, chain.deployment.envelope.metadata.environment, now.date())
    for gate in failing(judgement):
        yield Diagnostic("MLS0706", f"{chain.where}: {gate.verdict}: {gate.kpi} ({gate.subject}): {placed(gate)}", chain.span("version"))
    yield from compare_gates(chain, chain.claim, judgement)
    end = first_end(judgement.report)
    if end is not None and moment(chain.claim.claim.valid_until) > end:
        message = f"{chain.where}: the claim outlives a waiver that it rests on: it is valid until {chain.claim.claim.valid_until}"
        yield Diagnostic("MLS0734", message, chain.span("claim"), "`mlspec promote` again")
    if chain.entry.path in change.paths:
        yield from compare_metrics(chain.where, chain.entry, judgement.metrics)
