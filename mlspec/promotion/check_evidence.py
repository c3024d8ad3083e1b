"""Is a promotion's evidence about what is in the checkout, and do its numbers come out again?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Diagnostic, Span
from mlspec.forge.git import Repository
from mlspec.promotion.chain import Chain
from mlspec.promotion.choose import deployed
from mlspec.promotion.claim import ClaimFile
from mlspec.promotion.digests import code_digest, environment_digest, object_digest
from mlspec.promotion.evidence import Judgement, judge_candidate, require_kpis
from mlspec.promotion.gate_table import failing
from mlspec.promotion.proposed import Change
from mlspec.promotion.records import RegistryRecord
from mlspec.promotion.registry import Entry

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""How far numbers may differ between machines: the last bits of sums do, a forged digit does more."""
_AGAIN = "`mlspec run`, merge the results, and `mlspec promote` again"


def check_inputs(repository: Repository, change: Change, chain: Chain) -> Iterator[Diagnostic]:
    """KPIs by the base branch, champion and test rows by the claim; for a new record also everything it was made from."""
    assert chain.claim is not None  # noqa: S101 - the caller checked the chain
    assert chain.entry is not None  # noqa: S101
    claim, record = chain.claim.claim, chain.entry.record
    kpis = object_digest(require_kpis(change.base.project, record.model))
    if claim.kpis != kpis:
        message = f"{chain.where}: the KPIs changed after the evaluation: the claim says {claim.kpis}, the base branch has {kpis}"
        yield Diagnostic("MLS0737", message, chain.span("claim"), "`mlspec promote` again, to be judged by the KPIs that hold now")
    if claim.test != record.artifacts.test.digest:
        message = f"{chain.where}: the test data changed after the evaluation: the claim says {claim.test}, the record "
        yield Diagnostic("MLS0738", message + f"has {record.artifacts.test.digest}", chain.span("claim"), _AGAIN)
    champion = claim.champion if isinstance(claim.champion, str) or claim.champion is None else claim.champion.digest
    if champion != claim.subject.previous:
        message = f"{chain.where}: the claim was judged against {champion}, and replaces {claim.subject.previous}"
        yield Diagnostic("MLS0733", message, chain.span("previous"), "`mlspec promote` again")
    if chain.entry.path in change.paths:
        yield from _check_new_record(repository, change, chain, chain.entry)


def _check_new_record(repository: Repository, change: Change, chain: Chain, entry: Entry) -> Iterator[Diagnostic]:
    record, head = entry.record, change.head
    facts = {
        "spec": ("the specs", record.spec, head.project.spec_digest(record.model)),
        "code": ("the code", record.code, code_digest(repository, head.commit, head.project)),
        "environment": ("the environment lock", record.environment, environment_digest(repository, head.commit, head.project)),
        **_lock_facts(repository, head.commit, record),
    }
    for what, recorded, found in facts.values():
        if recorded != found:
            message = f"{chain.where}: {what} changed after the evaluation: the record says {recorded}, the checkout has {found}"
            yield Diagnostic("MLS0738", message, Span(entry.path), _AGAIN)


def _lock_facts(repository: Repository, commit: str, record: RegistryRecord) -> dict[str, tuple[str, str, str]]:
    """What dvc.lock at the commit says of each artifact: its md5 must be the record's."""
    from mlspec.source.yaml import load_documents

    parts = {
        "test": record.artifacts.test,
        "train": record.artifacts.train,
        "model": record.artifacts.model,
        "baseline": record.artifacts.baseline,
    }
    names = {"test": "the test data", "train": "the training data", "model": "the model", "baseline": "the baseline"}
    folder = f"pipelines/models/{record.model}"
    documents, _ = load_documents("dvc.lock", repository.show(commit, f"{folder}/dvc.lock") or b"")
    outs = _outs(documents[0].value if documents else {})
    return {
        key: (names[key], f"md5 {part.md5}", f"md5 {outs.get(part.path.removeprefix(folder + '/'), 'nothing')}")
        for key, part in parts.items()
    }


def _outs(lock: Any) -> Mapping[str, str]:
    stages = lock.get("stages") if isinstance(lock, dict) else None
    rows = [o for s in (stages or {}).values() if isinstance(s, dict) for o in s.get("outs") or []]
    return {str(o["path"]): str(o.get("md5")) for o in rows if isinstance(o, dict) and "path" in o}


def check_gates(root: Path, repository: Repository, change: Change, chain: Chain) -> Iterator[Diagnostic]:
    """Judge again: challenger and the base branch's champion on the same rows, by the base branch's KPIs. Compare with the claim."""
    from mlspec.promotion.candidate import from_record
    from mlspec.promotion.trained_with import graph_of

    assert chain.claim is not None  # noqa: S101 - the caller checked the chain
    assert chain.entry is not None  # noqa: S101
    record = chain.entry.record
    champion = deployed(change.base.files, change.before(chain.deployment))
    graph = graph_of(repository, change.head.project, change.head.graph, record)
    kpis = require_kpis(change.base.project, record.model)
    judgement = judge_candidate(root, graph, kpis, from_record(record), from_record(champion.record) if champion else None)
    for gate in failing(judgement):
        yield Diagnostic("MLS0706", f"{chain.where}: {gate.verdict}: {gate.kpi} ({gate.subject}): {gate.message}", chain.span("version"))
    yield from _compare_gates(chain, chain.claim, judgement)
    if chain.entry.path in change.paths:
        yield from _compare_metrics(chain, chain.entry, judgement)


def _compare_gates(chain: Chain, file: ClaimFile, judgement: Judgement) -> Iterator[Diagnostic]:
    claimed = {(g.kpi, g.subject): g.canonical() for g in file.claim.gates or ()}
    found = {(g.kpi, g.subject): g.as_form() for g in judgement.report.gates}
    for key in sorted(claimed.keys() | found.keys()):
        for what, said, is_now in _differences(claimed.get(key), found.get(key)):
            message = f"{chain.where}: {key[0]} ({key[1]}): the claim says {what} {said}, recomputed it is {is_now}"
            yield Diagnostic("MLS0739", message, Span(file.path), "a claim's numbers are never typed: `mlspec promote` again")


def _differences(claimed: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, Any]]:
    from mlspec.metrics.catalog import MEASURED

    if claimed is None or found is None:
        yield ("gate", "nothing" if claimed is None else claimed["verdict"], "not asked for" if found is None else found["verdict"])
        return
    if claimed["verdict"] != found["verdict"]:
        yield ("verdict", claimed["verdict"], found["verdict"])
    if found["metric"] in MEASURED and found["metric"] != "model_size":
        return  # a duration differs from run to run; its verdict may not
    for key in ("value", "low", "high", "threshold", "reference", "rows"):
        if not same_number(claimed.get(key), found.get(key)):
            yield (key, claimed.get(key, "nothing"), found.get(key, "nothing"))


def same_number(one: float | None, other: float | None) -> bool:
    """Equal but for the last bits of a sum."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _compare_metrics(chain: Chain, entry: Entry, judgement: Judgement) -> Iterator[Diagnostic]:
    found = {row.metric: row.challenger.canonical() for row in judgement.metrics}
    for name, estimate in sorted(entry.record.metrics.items()):
        said, is_now = estimate.canonical(), found.get(name, {})
        wrong = next((k for k in ("value", "low", "high") if not same_number(said.get(k), is_now.get(k))), None)
        if wrong:
            message = f"{chain.where}: the record says {name} {wrong} {said.get(wrong)}, recomputed it is {is_now.get(wrong)}"
            yield Diagnostic("MLS0739", message, Span(entry.path), "a record's numbers are never typed: `mlspec promote` again")
