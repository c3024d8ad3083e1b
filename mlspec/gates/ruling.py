"""What a desk says of a candidate: both ends of the request. No number that a person could have typed is used.

The judging process fetches; the desk verifies every byte again, asks the models, and judges. What goes there is parameters, KPIs and what
records name; what comes back is numbers and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.candidate import Candidate, candidate_form, fetch, from_candidate_form
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport
from mlspec.gates.scoring.helper import HELPER
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.tasks import TASKS
from mlspec.reports.charts.model import Categories

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.gates.bench import Bench
    from mlspec.gates.closer.look import Closer
    from mlspec.gates.judge import Evidence
    from mlspec.gates.searched import Searched
    from mlspec.metrics.estimate import Resampling
    from mlspec.runtime.decision import Decision


@dataclass(frozen=True, slots=True)
class Ruling:
    """The gates' report, on so many test rows, and what is shown beside it; see `evidence.Judgement`."""

    report: GateReport
    rows: int
    metrics: tuple[MetricRow, ...]
    seen: int
    breakdowns: tuple[Breakdown, ...]
    closer: Closer | None
    charts: tuple[Categories, ...]
    searched: Searched | None = None
    decision: Decision | None = None
    alike: str = ""


def fetch_all(root: Path, params: Mapping[str, Any], candidate: Candidate, champion: Candidate | None) -> None:
    """Bring by content all that the desk reads."""
    from mlspec.adapters.dvc import store

    parts = candidate.artifacts
    with store.opened(root):
        for artifact in (parts.test, parts.train, parts.model, parts.baseline):
            fetch(root, artifact)
        if champion is not None:
            fetch(root, champion.artifacts.model)
            fetch(root, champion.artifacts.train)
    if {"reproducible", "stability"} & {*params["measure"]} or "validation" in params:
        bring_inputs(root, params["train"])


def bring_inputs(root: Path, train: Mapping[str, Any]) -> None:
    """What a training reads beside its rows, by content: a fresh checkout has neither rows nor what DVC tracks."""
    from mlspec.pipelines.tracked import bring

    for section in (train.get("trainer", {}), train.get("command", {})):
        for path in section.get("inputs", {}).values():
            bring(root, path)


def ruled(
    root: Path, params: Mapping[str, Any], spec: KPISetSpec, candidate: Candidate, champion: Candidate | None, *, closer: bool
) -> Ruling:
    """Ask a desk. Raises what the desk raises: MLS0719, MLS0731, MLS0660, MLS0716 to MLS0718."""
    details = {
        "root": str(root.resolve()),
        "params": params,
        "spec": spec.canonical(),
        "candidate": candidate_form(candidate),
        "champion": champion and candidate_form(champion),
        "closer": closer,
    }
    found: Ruling = HELPER.work("judge", details, f"model/{candidate.model}", alone="latency_p99" in params["measure"])
    return found


def rule_at_desk(details: Mapping[str, Any]) -> Ruling:
    """The same at the desk."""
    from mlspec.gates.bench import open_bench
    from mlspec.gates.breakdown import breakdowns
    from mlspec.gates.closer.look import look_closer
    from mlspec.gates.closer.small import small_charts
    from mlspec.gates.crossed import cross_validated
    from mlspec.gates.judge import judge
    from mlspec.gates.on_training import on_training
    from mlspec.gates.overview import metric_rows
    from mlspec.gates.searched import searched
    from mlspec.runtime.decision import read_decision

    spec = KPISetSpec.model_validate(details["spec"])
    candidate, champion = (form and from_candidate_form(form) for form in (details["candidate"], details["champion"]))
    bench = open_bench(Path(details["root"]), details["params"], candidate, champion)
    parts_ = candidate.artifacts
    rows = {"train": parts_.train.digest, "test": parts_.test.digest}
    search = searched(Path(details["root"]), candidate.model, bench.challenger.folder, rows, closer=details["closer"])
    evidence = replace(_evidence(bench, spec), numbers=candidate.numbers, lacking=candidate.lacking)
    evidence = replace(_with_own(bench, evidence, evidence.resampling(spec)), folds=cross_validated(bench))
    shown = metric_rows(bench.params.get("metrics", ()), evidence, evidence.resampling(spec), on_training(bench))
    report = judge(spec, evidence)
    look = look_closer(bench, evidence, spec) if details["closer"] else None
    decision = read_decision(bench.challenger.folder)
    parts, charts = breakdowns(spec.kpis, evidence), small_charts(evidence)
    return Ruling(report, len(evidence.actual), shown, evidence.seen, parts, look, charts, search, decision, _alike(evidence))


def _alike(evidence: Evidence) -> str:
    """How far the clusters are those of the champion, whatever these are called; empty of other tasks, and before the first champion."""
    from mlspec.diagnostics.numbers import shown
    from mlspec.metrics.partitions import adjusted_rand

    if not TASKS[evidence.task].is_cluster or evidence.champion is None:
        return ""
    found = adjusted_rand(evidence.challenger.predicted, evidence.champion.predicted)
    return f"adjusted Rand {shown(found)} with the champion's clusters on {len(evidence.actual):,} test rows (1: the same; 0: as by chance)"


def _evidence(bench: Bench, spec: KPISetSpec) -> Evidence:
    """Champion, baseline, candidate, in this order: whoever might tamper with another's process finds it ended, and its answers here."""
    from mlspec.gates.bench import champion_answers, measured
    from mlspec.gates.judge import Evidence
    from mlspec.runtime.evaluate import groups_of, is_ordered, kind_of, leakage, scaled, truth
    from mlspec.runtime.evaluate.space import placed, space_of_rows

    params, test, train, twins = bench.params, bench.frame(bench.test), bench.frame(bench.train), bench.twins()
    holder = champion_answers(bench)
    baseline = bench.score(bench.baseline).answers
    scored = bench.score(bench.challenger, latency="latency_p99" in params["measure"])
    space = space_of_rows(params, test)
    return Evidence(
        task=str(params["task"]),
        actual=truth(test, params),
        challenger=placed(scaled(scored.answers, test), space),
        baseline=placed(scaled(baseline, test), space),
        champion=holder and placed(scaled(holder, test), space),
        unseen=bench.unseen(),
        known=None if twins is None else twins.known,
        columns=_columns(spec, test),
        measured=measured(bench, scored),
        leakage=leakage(params, bench.challenger.signature, train, twins, test),
        ordered=is_ordered(params),
        by_time=params.get("strategy") == "time",
        groups=groups_of(params, test),
        kind=kind_of(params),
        seed=int(params.get("seed", 0)),
    )


def _with_own(bench: Bench, evidence: Evidence, how: Resampling) -> Evidence:
    """What metrics of the user's give for each model's answers, asked when all models have answered."""
    from mlspec.gates.scoring.own import with_own

    asked = {"challenger": bench.challenger, "baseline": bench.baseline, "champion": bench.champion}
    found: dict[str, Any] = {
        name: with_own(bench.root, f"metrics of {one.who}", bench.params, bench.test, getattr(evidence, name), how)
        for name, one in asked.items()
        if one is not None
    }
    return replace(evidence, **found)


def _columns(spec: KPISetSpec, test: pd.DataFrame) -> dict[str, Any]:
    """The columns that the KPIs slice by. Raises MLS0731 when the test rows lack one."""
    names = sorted({k.slice.by for k in spec.kpis if k.slice} | {k.by for k in spec.kpis if k.by})
    missing = [n for n in names if n not in test.columns]
    if missing:
        raise problem(
            "MLS0731", f"the test rows have no column {', '.join(missing)}, which a KPI slices by", help="`mlspec run`, then promote"
        )
    return {name: test[name].to_numpy(dtype=object) for name in names}
