"""Judges a candidate: fetches it and the champion by content, verifies bytes, scores both on the same rows, and asks the gates.

No number that a person could have typed is used: metrics.json and the lock file's metrics play no part here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import problem
from mlspec.gates.candidate import Candidate, fetch
from mlspec.gates.overview import MetricRow, metric_rows
from mlspec.gates.result import GateReport
from mlspec.ir.graph import Graph
from mlspec.ir.project import Bound, Project
from mlspec.registry.records import Artifact, ProvenArtifact
from mlspec.spec.kpi_set import KPISet, KPISetSpec

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.gates.judge import Evidence
    from mlspec.runtime.artifact import LoadedModel


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gates' report on `candidate` against `champion` (None before the first), on the candidate's test rows.

    `seen`: how many of them the champion was trained on; they are left out of the comparison with it.
    """

    candidate: Candidate
    champion: Candidate | None
    report: GateReport
    rows: int
    metrics: tuple[MetricRow, ...]
    seen: int = 0

    @property
    def passed(self) -> bool:
        return self.report.verdict == "pass"

    @property
    def model(self) -> str:
        return self.candidate.model

    @property
    def champion_version(self) -> str | None:
        return self.champion.version if self.champion else None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where models are judged: the repository, and the parameters of the model's evaluate stage."""

    root: Path
    params: Mapping[str, Any]

    def load(self, artifact: Artifact, digest: str) -> tuple[LoadedModel, Path]:
        """Fetch a model folder and load it, verified. Models of user code find it at the repository's root."""
        from mlspec.runtime.artifact import load_model
        from mlspec.runtime.context import add_root

        folder = fetch(self.root, artifact)
        add_root(self.root)
        return load_model(folder, digest), folder

    def rows(self, artifact: ProvenArtifact) -> pd.DataFrame:
        """Fetch rows and read them, verified by sha256."""
        import pandas as pd

        from mlspec.runtime.artifact import digest_file

        path = fetch(self.root, artifact)
        found = digest_file(path)
        if found != artifact.digest:
            raise problem(
                "MLS0731",
                f"{artifact.path} is not what was recorded: the record says {artifact.digest}, the store has {found}",
                help="evaluate again on the data as it is: `mlspec run`, then `mlspec promote`",
            )
        return pd.read_parquet(path)


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


def judge_candidate(root: Path, graph: Graph, kpis: Bound[KPISet], candidate: Candidate, champion: Candidate | None) -> Judgement:
    """Judge a candidate by a KPISet. The test rows are the candidate's own, and both models answer for all of them in this process."""
    from mlspec.gates.judge import judge

    spec = kpis.envelope.spec
    bench = Bench(root, evaluate_params(graph, candidate.model, spec))
    evidence = _evidence(bench, spec, candidate, champion)
    shown = metric_rows(bench.params.get("metrics", ()), evidence, _resampling(spec, evidence))
    return Judgement(candidate, champion, judge(spec, evidence), len(evidence.actual), shown, evidence.seen)


def _evidence(bench: Bench, spec: KPISetSpec, candidate: Candidate, champion: Candidate | None) -> Evidence:
    from mlspec.gates.fresh import unseen
    from mlspec.gates.judge import Evidence
    from mlspec.runtime.context import Context
    from mlspec.runtime.evaluate import leakage, truth
    from mlspec.runtime.evaluate.measures import measure
    from mlspec.runtime.predict import predict

    params = bench.params
    test, train = bench.rows(candidate.artifacts.test), bench.rows(candidate.artifacts.train)
    model, folder = bench.load(candidate.artifacts.model, candidate.digest)
    baseline, _ = bench.load(candidate.artifacts.baseline, candidate.artifacts.baseline.digest)
    holder = bench.load(champion.artifacts.model, champion.digest)[0] if champion else None
    answers = predict(model, test)
    identity = params.get("key") or [*model.signature.names, params["target"]]
    return Evidence(
        task=str(params["task"]),
        actual=truth(test, params),
        challenger=answers,
        baseline=predict(baseline, test),
        champion=predict(holder, test) if holder else None,
        unseen=unseen(test, bench.rows(champion.artifacts.train), identity) if champion else None,
        columns=_columns(spec, test),
        measured=measure(Context("evaluate", bench.root, folder.parent, params), model, train, test, answers),
        leakage=leakage(params, model, train, test),
        strategy=str(params.get("strategy", "random")),
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
    return {name: test[name].to_numpy() for name in names}


def _resampling(spec: KPISetSpec, evidence: Evidence) -> Any:
    from mlspec.metrics.bootstrap import default_block
    from mlspec.metrics.estimate import Resampling

    block = spec.bootstrap.block or default_block(evidence.strategy, len(evidence.actual))
    return Resampling(spec.confidence, spec.bootstrap.resamples, block, evidence.seed)
