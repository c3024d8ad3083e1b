"""The test set's uses at a judgement: what is said of them, and when they are too many to promote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Span
from mlspec.gates.candidate import Candidate
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.registry.holdout import ADVICE, Holdout, Judged, holdouts, told


def uses_of(repository: Repository, commit: str, candidates: Iterable[Candidate]) -> dict[str, Holdout]:
    """{model: the uses of its candidate's test set}, by all that `commit` comes from; empty in a shallow clone, which knows no past."""
    wanted = {c.model: Judged(c.artifacts.test.md5, c.artifacts.model.md5) for c in candidates}
    return {} if not wanted or repository.is_shallow() else holdouts(repository, commit, wanted)


def uses_told(holdout: Holdout, kpis: Bound[KPISet]) -> str:
    """What people are told, by the confidence and the limits of a KPISet."""
    limits = kpis.envelope.spec.test_uses
    return told(holdout, kpis.envelope.spec.confidence, limits.warn if limits else None)


def check_uses(holdout: Holdout | None, kpis: Bound[KPISet], where: str, span: Span | None = None) -> Iterator[Diagnostic]:
    """MLS0760 when the test set has decided more often than the KPISet allows."""
    limits = kpis.envelope.spec.test_uses
    if holdout is None or limits is None or limits.max is None or holdout.decisions <= limits.max:
        return
    message = f"{where}: the test set has decided {holdout.decisions:,} times, and `testUses.max` of {kpis.ref} is {limits.max:,}"
    yield Diagnostic("MLS0760", message, span or kpis.document.span(["spec", "testUses", "max"]), ADVICE)
