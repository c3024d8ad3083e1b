"""Judges a candidate: fetches it and the champion by content, verifies bytes, scores both on the same rows, and asks the gates.

No number that a person could have typed is used: metrics.json and the lock file's metrics play no part here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from mlspec.adapters.dvc.store import kept_open
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Problems, problem
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.candidate import Candidate
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport
from mlspec.gates.ruling import fetch_all, ruled
from mlspec.gates.scoring.helper import HELPER
from mlspec.gates.seed_band import SeedBand, kept_band, key_of
from mlspec.language.kinds.kpi_set import KPISet, KPISetSpec
from mlspec.language.kinds.waiver import LEAKAGE_CHECKS
from mlspec.reports.charts.model import Categories
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.runtime.process import processors

if TYPE_CHECKING:
    from mlspec.gates.closer.look import Closer
    from mlspec.gates.searched import Searched
    from mlspec.runtime.decision import Decision


@dataclass(frozen=True, slots=True)
class Judgement(Readable):
    """The gates' report on `candidate` against `champion` (None before the first), on the candidate's test rows.

    `seen`: how many of them the champion was trained on; they are left out of the comparison with it. `closer`: where it was asked for.
    `charts`: a few numbers of the answers, for a pull request. `searched`: what is told of the search for its params, where there was one.
    `decision`: how it was calibrated and where its answer is cut, where that was. `seeds`: how far other seeds' models lie apart, where
    `mlspec seeds` measured it on this machine. `alike`: of clusters, how far they are those of the champion.
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
    searched: Searched | None = None
    seeds: SeedBand | None = None
    decision: Decision | None = None
    alike: str = ""

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

    asked = {"measure": sorted({k.metric for k in spec.kpis if not k.step} & set(MEASURED)), "leakage": spec.leakage.canonical()}
    evaluate, train = (graph.params(f"model/{model}", stage) or {} for stage in ("evaluate", "train"))
    own = {name: metric.section() for name, metric in sorted(spec.metrics.items())}
    metrics = {"metrics": sorted({*evaluate.get("metrics", ()), *own}), "own": own} if own else {}
    folds = graph.params(f"model/{model}", "cross_validate") if any(k.rows for k in spec.kpis) else None
    crossed = {"validation": {**folds, **metrics, "confidence": spec.confidence}} if folds else {}
    return {**{key: value for key, value in evaluate.items() if key != "own"}, **metrics, **asked, **crossed, "train": train}


def require_kpis(project: Project, model: str, environment: str | None = None) -> Bound[KPISet]:
    """The KPISet of a model, as it is in an environment. Raises MLS0705: what has no KPIs can be trained, and can't be promoted."""
    kpis = project.kpis_of(model, environment)
    if kpis is None:
        help_text = f"write a KPISet with `model: {model}`, and merge it first"
        raise problem("MLS0705", f"model/{model} has no KPISet, so nothing says what it must reach", help=help_text)
    return kpis


@dataclass(frozen=True, slots=True)
class Asked:
    """A candidate that is to be judged by a KPISet, against a champion (None: before the first).

    `personal`: its features whose values no report shows; None where nobody has told: then no values are shown.
    """

    kpis: Bound[KPISet]
    candidate: Candidate
    champion: Candidate | None
    personal: tuple[str, ...] | None = None


def judge_candidate(
    root: Path, graph: Graph, kpis: Bound[KPISet], candidate: Candidate, champion: Candidate | None, *, closer: bool = False
) -> Judgement:
    """Judge a candidate by a KPISet, on its own test rows: both models answer for all of them, each in a process of its own.

    Everything is fetched here, where the storage's credentials are; it is verified, and judged, at a desk that has none. `closer`: look at
    the same answers as a report shows them, too.

    Raises MLS0719 when the champion can't answer today's rows or its golden rows any more: there would be no way back to it.
    """
    (judgement,) = judge_candidates(root, graph, [Asked(kpis, candidate, champion)], closer=closer)
    return judgement


def judge_candidates(root: Path, graph: Graph, asked: Sequence[Asked], *, closer: bool = False) -> list[Judgement]:
    """Judge several side by side; the first that can't be judged raises, as `judge_candidate` does."""
    with judging(root, graph, len(asked), closer=closer) as judge:
        return [future.result() for future in [judge(one) for one in asked]]


@contextmanager
def judging(root: Path, graph: Graph, count: int, *, closer: bool = False) -> Iterator[Callable[[Asked], Future[Judgement]]]:
    """Judge up to `count` candidates, as many side by side as there are processors.

    What is yielded takes a candidate, fetches all of it at once, and raises what that raises; the judgement, or why there is none, is in
    the future. Where the block raises, what has not begun is given up.
    """
    with suppress(Problems):  # what fails here fails again for each, and is told there
        HELPER.start()
    with kept_open(), ThreadPoolExecutor(max(1, min(processors(), count))) as pool:

        def judge(asked: Asked) -> Future[Judgement]:
            params = evaluate_params(graph, asked.candidate.model, asked.kpis.envelope.spec)
            fetch_all(root, params, asked.candidate, asked.champion)  # one after another, while others are judged
            return pool.submit(_ruled, root, params, asked, closer=closer)

        try:
            yield judge
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Exception):
                HELPER.close()  # interrupted: nobody waits for what is at work
            raise


def _ruled(root: Path, params: Mapping[str, Any], asked: Asked, *, closer: bool) -> Judgement:
    candidate, champion = asked.candidate, asked.champion
    hidden = {"personal": list(asked.personal)} if closer and asked.personal is not None else {}
    ruling = ruled(root, {**params, **hidden}, asked.kpis.envelope.spec, candidate, champion, closer=closer)
    report = with_places(ruling.report, asked.kpis)
    shown = ruling.rows, ruling.metrics, ruling.seen, ruling.breakdowns, ruling.closer, ruling.charts, ruling.searched
    band = kept_band(root, key_of(candidate.model, candidate.digest, candidate.artifacts))
    return Judgement(candidate, champion, report, *shown, band, ruling.decision, ruling.alike)


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
