"""Several models on the same test rows, by the gates' own statistics: both ends of the request to a desk.

The judging process fetches; the desk verifies every byte again, asks each model in a process of its own, and measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.gates.candidate import kept
from mlspec.gates.overview import estimate_of
from mlspec.gates.scoring.helper import HELPER
from mlspec.registry.records import Artifact, Estimate, ProvenArtifact

if TYPE_CHECKING:
    from mlspec.metrics.answers import Answers
    from mlspec.metrics.estimate import Resampling

EXTREMES = 20
"""Resamples that must lie beyond an end of an interval, for its place to be known: the narrower the tail, the more are drawn."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A model that takes part: its name for people, its folder by content (fetched before), and the digest that proves it."""

    name: str
    model: Artifact
    digest: str


@dataclass(frozen=True, slots=True)
class Apart:
    """How a model's answers differ from the first one's: on so many rows; by at most `largest`, of a number or a probability.

    `largest` is None for labels without probabilities in common.
    """

    rows: int
    largest: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one model; `difference`: from the first one, paired, None of the first itself. `note`: what else to say of it."""

    metric: str
    found: Estimate
    difference: Estimate | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """One model on the test rows."""

    name: str
    measured: tuple[Measured, ...]
    apart: Apart | None = None

    def of(self, metric: str) -> Measured | None:
        """What was measured of a metric; None where it is not defined."""
        return next((m for m in self.measured if m.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Alongside:
    """All of them, sorted where it was asked for. `reference`: the model that the others are compared with. `confidence`: of each
    interval; `adjusted`: of each interval of a difference, so that all hold together with `confidence`.
    """

    rows: int
    confidence: float
    adjusted: float
    reference: str
    scored: tuple[Scored, ...]

    @property
    def others(self) -> tuple[Scored, ...]:
        """All but the reference."""
        return tuple(s for s in self.scored if s.name != self.reference)


@dataclass(frozen=True, slots=True)
class Question:
    """`params`: of the evaluate stage, which says how rows are drawn. `by`: a metric to sort by, the best first; "" as they were given.
    `against_best`: compare with the best by it, else with the first that was named. Where more than two models take part the differences
    share the error. `looks`: how many differences were looked at on these rows, where that is more than are told here.
    """

    params: Mapping[str, Any]
    test: ProvenArtifact
    entrants: tuple[Entrant, ...]
    by: str = ""
    against_best: bool = False
    looks: int = 0


def score_alongside(root: Path, asked: Question, who: str) -> Alongside:
    """Ask a desk. Everything was fetched below `root`. Raises MLS0731, MLS0660, MLS0716 to MLS0718."""
    details = {
        "root": str(root.resolve()),
        "params": dict(asked.params),
        "test": asked.test.canonical(),
        "entrants": [{"name": e.name, "model": e.model.canonical(), "digest": e.digest} for e in asked.entrants],
        "by": asked.by,
        "againstBest": asked.against_best,
        "looks": asked.looks,
    }
    found: Alongside = HELPER.work("alongside", details, who, alone=False)
    return found


def score_at_desk(details: Mapping[str, Any]) -> Alongside:
    """The same at the desk."""
    from mlspec.gates.bench import count_of, rows_of
    from mlspec.gates.from_origins import require_origins
    from mlspec.gates.scoring.contestant import contestant, require_honest
    from mlspec.gates.scoring.own import with_own
    from mlspec.gates.scoring.score import score
    from mlspec.runtime.evaluate import resampling_of, scaled, truth
    from mlspec.runtime.evaluate.space import placed, space_of_rows
    from mlspec.runtime.frames import read_frame

    root, params = Path(details["root"]), details["params"]
    test = rows_of(root, ProvenArtifact.model_validate(details["test"]))
    count, answers, frame = count_of(test), {}, read_frame(test)
    space = space_of_rows(params, frame)
    for form in details["entrants"]:
        one = contestant(root, form["name"], Artifact.model_validate(form["model"]), form["digest"], kept)
        require_honest(one, params, None)
        require_origins(one, frame)
        answers[form["name"]] = placed(scaled(score(root, one, test, count).answers, frame), space)
    how = resampling_of(params, frame)
    answers = {name: with_own(root, f"metrics of {name}", params, test, found, how) for name, found in answers.items()}
    by, actual = details["by"], truth(frame, params)
    return measured(params["metrics"], actual, answers, how, by, against_best=details["againstBest"], looks=details["looks"])


def measured(
    metrics: Sequence[str],
    actual: Any,
    answers: Mapping[str, Answers],
    how: Resampling,
    by: str = "",
    *,
    against_best: bool = False,
    looks: int = 0,
) -> Alongside:
    """Each model's metrics, and its paired differences from another one; see `Question`."""
    from mlspec.metrics.own import measurable

    known = measurable(metrics, *answers.values())
    order = _best_first(by, actual, answers) if by else list(answers)
    reference = order[0] if against_best else next(iter(answers))
    shared = shared_error(how, max(looks, len(answers) - 1))
    scored = [_scored(name, known, actual, answers[name], None if name == reference else answers[reference], how, shared) for name in order]
    return Alongside(len(actual), how.confidence, shared.confidence, reference, tuple(scored))


def shared_error(how: Resampling, looks: int) -> Resampling:
    """The confidence that each of `looks` intervals needs, so that all of them hold together with that of `how` (Bonferroni; Dunn 1961).

    Of a narrow tail few resamples speak: more are drawn, so that `EXTREMES` of them lie beyond each end.
    """
    tail = (1.0 - how.confidence) / max(1, looks)
    return how if looks <= 1 else replace(how, confidence=1.0 - tail, resamples=max(how.resamples, round(2 * EXTREMES / tail)))


def _best_first(metric: str, actual: Any, answers: Mapping[str, Answers]) -> list[str]:
    """The models by a metric; those for which it is not defined last; of equal ones the one that was named first."""
    import math

    from mlspec.metrics.own import info_of
    from mlspec.metrics.weighted import value

    costs = {name: info_of(metric, found).cost(float(value(metric, actual, found))) for name, found in answers.items()}
    return sorted(answers, key=lambda n: (not math.isfinite(costs[n]), costs[n] if math.isfinite(costs[n]) else 0.0))


def _scored(
    name: str, metrics: Sequence[str], actual: Any, own: Answers, first: Answers | None, how: Resampling, shared: Resampling
) -> Scored:
    from mlspec.metrics.intervals import interval
    from mlspec.metrics.paired import paired_difference

    rows = []
    for metric in metrics:
        found = estimate_of(interval(metric, actual, own, how))
        between = paired_difference(metric, actual, own, first, shared) if first is not None else None
        if found is not None:
            rows.append(Measured(metric, found, estimate_of(between) if between else None, between.note if between else ""))
    return Scored(name, tuple(rows), apart(own, first) if first is not None else None)


def apart(one: Answers, other: Answers) -> Apart:
    """How two models' answers for the same rows differ; of clusters when those of one are called as they agree best with the other's."""
    import numpy as np

    ours, theirs = np.asarray(one.predicted), np.asarray(other.predicted)
    if getattr(one, "space", None) is not None:
        from mlspec.metrics.partitions import renamed

        return Apart(int((renamed(theirs, ours) != ours).sum()), None)
    unlike = ours != theirs
    differing = int((unlike.any(axis=1) if unlike.ndim > 1 else unlike).sum())
    if one.classes is None:
        return Apart(differing, float(np.max(np.abs(ours - theirs), initial=0.0)))
    if one.proba is None or other.proba is None or one.classes != other.classes:
        return Apart(differing, None)
    gaps = np.abs(np.asarray(one.proba) - np.asarray(other.proba))
    return Apart(differing, float(np.max(gaps, initial=0.0)))
