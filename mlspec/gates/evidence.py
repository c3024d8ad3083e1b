"""Judges a candidate: fetches it and the champion by content, verifies bytes, scores both on the same rows, and asks the gates.

No number that a person could have typed is used: metrics.json and the lock file's metrics play no part here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import problem
from mlspec.gates.bench import Bench, champion_answers, measured, open_bench
from mlspec.gates.breakdown import Breakdown, breakdowns
from mlspec.gates.candidate import Candidate
from mlspec.gates.overview import MetricRow, metric_rows
from mlspec.gates.result import GateReport
from mlspec.gates.scoring.helper import HELPER
from mlspec.language.kinds.kpi_set import KPISet, KPISetSpec
from mlspec.language.kinds.waiver import LEAKAGE_CHECKS
from mlspec.reports.charts.model import Categories
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.gates.closer.look import Closer
    from mlspec.gates.judge import Evidence


@dataclass(frozen=True, slots=True)
class Judgement(Readable):
    """The gates' report on `candidate` against `champion` (None before the first), on the candidate's test rows.

    `seen`: how many of them the champion was trained on; they are left out of the comparison with it. `closer`: where it was asked for.
    `charts`: a few numbers of the answers, for a pull request.
    """

    candidate: Candidate
    champion: Candidate | None
    report: GateReport
    rows: int
    metrics: tuple[MetricRow, ...]
    seen: int = 0
    breakdowns: tuple[Breakdown, ...] = ()
    closer: Closer | None = None
    charts: tuple[Categories, ...] = ()

    def document(self) -> Document:
        from mlspec.gates.document import gate_document

        return gate_document([self], {})

    def __repr__(self) -> str:
        return f"<Judgement of model/{self.model}: {self.report.verdict}, {len(self.report.gates)} gates, {self.rows:,} test rows>"

    @property
    def passed(self) -> bool:
        return self.report.verdict == "pass"

    @property
    def model(self) -> str:
        return self.candidate.model

    @property
    def champion_version(self) -> str | None:
        return self.champion.version if self.champion else None


def evaluate_params(graph: Graph, model: str, spec: KPISetSpec) -> dict[str, Any]:
    """The parameters of a model's evaluate stage, with what `spec` (the KPIs that judge) asks to be measured."""
    from mlspec.metrics.catalog import MEASURED

    pipeline = graph.pipeline(f"model/{model}")
    stages = {s.name: s.params for s in pipeline.stages} if pipeline else {}
    asked = {"measure": sorted({k.metric for k in spec.kpis} & set(MEASURED)), "leakage": spec.leakage.canonical()}
    return {**stages.get("evaluate", {}), **asked, "train": stages.get("train", {})}


def require_kpis(project: Project, model: str, environment: str | None = None) -> Bound[KPISet]:
    """The KPISet of a model, as it is in an environment. Raises MLS0705: what has no KPIs can be trained, and can't be promoted."""
    kpis = project.kpis_of(model, environment)
    if kpis is None:
        help_text = f"write a KPISet with `model: {model}`, and merge it first"
        raise problem("MLS0705", f"model/{model} has no KPISet, so nothing says what it must reach", help=help_text)
    return kpis


def judge_candidate(
    root: Path, graph: Graph, kpis: Bound[KPISet], candidate: Candidate, champion: Candidate | None, *, closer: bool = False
) -> Judgement:
    """Judge a candidate by a KPISet, on its own test rows: both models answer for all of them, each in a process of its own.

    `closer`: look at the same answers as a report shows them, too.

    Raises MLS0719 when the champion can't answer today's rows or its golden rows any more: there would be no way back to it.
    """
    from mlspec.gates.closer.look import look_closer
    from mlspec.gates.closer.small import small_charts
    from mlspec.gates.judge import judge

    HELPER.start()
    spec = kpis.envelope.spec
    bench = open_bench(root, evaluate_params(graph, candidate.model, spec), candidate, champion)
    evidence = _evidence(bench, spec)
    shown = metric_rows(bench.params.get("metrics", ()), evidence, evidence.resampling(spec))
    report = with_places(judge(spec, evidence), kpis)
    look = look_closer(bench, evidence, spec) if closer else None
    parts, charts = breakdowns(spec.kpis, evidence), small_charts(evidence)
    return Judgement(candidate, champion, report, len(evidence.actual), shown, evidence.seen, parts, look, charts)


def with_places(report: GateReport, kpis: Bound[KPISet]) -> GateReport:
    """The gates, each leakage check with the key that sets its limit and the line where it stands."""
    return replace(report, gates=tuple(replace(g, where=_place(kpis, LEAKAGE_CHECKS.get(g.kpi))) for g in report.gates))


def _place(kpis: Bound[KPISet], check: str | None) -> str:
    if check is None:
        return ""
    key = to_camel(check)
    leakage = kpis.document.value.get("spec", {}).get("leakage") or {}
    span = kpis.document.span(["spec", "leakage", key] if key in leakage else ["spec"])
    return f"`leakage.{key}` {'is set' if key in leakage else 'may be set'} at {span.path}:{span.line}"


def _evidence(bench: Bench, spec: KPISetSpec) -> Evidence:
    """Champion, baseline, candidate, in this order: whoever might tamper with another's process finds it ended, and its answers here."""
    from mlspec.gates.judge import Evidence
    from mlspec.runtime.evaluate import groups_of, is_ordered, leakage, truth

    params, test, train, twins = bench.params, bench.frame(bench.test), bench.frame(bench.train), bench.twins()
    holder = champion_answers(bench)
    baseline = bench.score(bench.baseline).answers
    scored = bench.score(bench.challenger, latency="latency_p99" in params["measure"])
    return Evidence(
        task=str(params["task"]),
        actual=truth(test, params),
        challenger=scored.answers,
        baseline=baseline,
        champion=holder,
        unseen=bench.unseen(),
        known=None if twins is None else twins.known,
        columns=_columns(spec, test),
        measured=measured(bench, scored),
        leakage=leakage(params, bench.challenger.signature, train, twins),
        ordered=is_ordered(params),
        by_time=params.get("strategy") == "time",
        groups=groups_of(params, test),
        seed=int(params.get("seed", 0)),
    )


def _columns(spec: KPISetSpec, test: pd.DataFrame) -> dict[str, Any]:
    """The columns that the KPIs slice by. Raises MLS0731 when the test rows lack one."""
    names = sorted({k.slice.by for k in spec.kpis if k.slice} | {k.by for k in spec.kpis if k.by})
    missing = [n for n in names if n not in test.columns]
    if missing:
        raise problem(
            "MLS0731", f"the test rows have no column {', '.join(missing)}, which a KPI slices by", help="`mlspec run`, then promote"
        )
    return {name: test[name].to_numpy(dtype=object) for name in names}
