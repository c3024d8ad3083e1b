"""Judgements of made-up answers, by the real judge: what reports show, without training or scoring anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlspec.gates.breakdown import breakdowns
from mlspec.gates.candidate import Candidate
from mlspec.gates.closer.importance import Importance, Importances
from mlspec.gates.closer.look import Closer, Picture
from mlspec.gates.closer.pictures import pictures
from mlspec.gates.evidence import Judgement
from mlspec.gates.judge import Evidence, judge
from mlspec.gates.overview import metric_rows
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.registry.records import Artifact, Artifacts, ProvenArtifact
from mlspec.runtime.predict import Predictions

DIGEST = "sha256:" + "ab" * 32
METRICS = {
    "regression": ("mae", "r2", "rmse"),
    "binary": ("accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "brier", "ece"),
    "multiclass": ("accuracy", "f1_macro", "mcc"),
}


def candidate(model: str, version: str | None = None) -> Candidate:
    """A candidate whose bytes nobody fetches."""
    proven = ProvenArtifact(path="p/x", md5="0" * 32, digest=DIGEST)
    return Candidate(
        model, DIGEST, Artifacts(model=Artifact(path="p/m", md5="0" * 32 + ".dir"), baseline=proven, train=proven, test=proven), version
    )


def judged(
    task: str, kpis: list[Any], *, rows: int = 2_000, classes: tuple[Any, ...] = (), champion: bool = False, seed: int = 0, **columns: Any
) -> Judgement:
    """Judge answers that are right more often than the baseline's, and a champion's that are a little worse."""
    spec = KPISetSpec.model_validate({"model": "m", "kpis": kpis, "bootstrap": {"resamples": 200}})
    generator = np.random.default_rng(seed)
    truth, answers = _regression(generator, rows) if task == "regression" else _classes(generator, rows, classes)
    evidence = Evidence(
        task,
        truth,
        answers[0],
        answers[1],
        answers[2] if champion else None,
        columns={name: np.asarray([values[i % len(values)] for i in range(rows)], dtype=object) for name, values in columns.items()},
        leakage={"sharedRows": 0, "singleFeature": {"age": 0.3, "income": 0.995}},
        seed=seed,
    )
    shown = tuple(Picture(chart, caption) for chart, caption in pictures(evidence, spec.confidence))
    found = tuple(Importance(name, 0.3 / (i + 1), 0.2 / (i + 1), 0.4 / (i + 1)) for i, name in enumerate(("income", "age", "region")))
    look = Closer(shown, Importances("accuracy" if classes else "mae", found, rows, 5))
    metrics = metric_rows(METRICS[task], evidence, evidence.resampling(spec))
    holder = candidate("m", "v1.2.0") if champion else None
    return Judgement(candidate("m"), holder, judge(spec, evidence), rows, metrics, 0, breakdowns(spec.kpis, evidence), look)


def _regression(generator: Any, rows: int) -> tuple[Any, list[Predictions]]:
    truth = generator.gamma(2, 50, rows)
    noises = (10, 0, 14)
    said = [truth + generator.normal(0, noise, rows) if noise else np.full(rows, truth.mean()) for noise in noises]
    return truth, [Predictions(values, None, None) for values in said]


def _classes(generator: Any, rows: int, classes: tuple[Any, ...]) -> tuple[Any, list[Predictions]]:
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes
    score = generator.dirichlet(np.full(len(classes), 0.4), rows)
    truth = labels[(score.cumsum(axis=1) < generator.random(rows)[:, None]).sum(axis=1).clip(max=len(classes) - 1)]
    found = []
    for blur in (0.05, 1.0, 0.3):
        said = (1 - blur) * score + blur * score.mean(axis=0)
        found.append(Predictions(labels[said.argmax(axis=1)], said, tuple(classes)))
    return truth, found
