"""A model's recipe trained with another seed, and measured on the same test rows: both ends of the request to a desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.gates.candidate import Candidate, candidate_form, from_candidate_form, kept
from mlspec.gates.scoring.helper import HELPER


def metrics_of_seed(root: Path, evaluate: Mapping[str, Any], train: Mapping[str, Any], candidate: Candidate) -> dict[str, float]:
    """{metric: value} of a model trained as `train` says on the candidate's rows; with an empty `train`, of the candidate itself.

    Everything was fetched before. A search is not repeated: what it found stands. Raises MLS0731, MLS0660, MLS0716 to MLS0718.
    """
    details = {"root": str(root.resolve()), "evaluate": dict(evaluate), "train": dict(train), "candidate": candidate_form(candidate)}
    found = HELPER.work("reseed", details, f"model/{candidate.model}", alone=False)
    return {str(name): float(value) for name, value in found}


def measure_at_desk(details: Mapping[str, Any]) -> list[list[Any]]:
    """The same at the desk: [metric, value] of each that is defined."""
    import math

    from mlspec.gates.bench import count_of, rows_of
    from mlspec.gates.scoring.contestant import contestant, require_honest
    from mlspec.gates.scoring.score import retrained, score
    from mlspec.metrics.own import measurable
    from mlspec.metrics.weighted import value
    from mlspec.runtime.evaluate import scaled, truth
    from mlspec.runtime.evaluate.space import placed, space_of_rows
    from mlspec.runtime.frames import read_frame

    root, params, candidate = Path(details["root"]), details["evaluate"], from_candidate_form(details["candidate"])
    parts = candidate.artifacts
    test, train = rows_of(root, parts.test), rows_of(root, parts.train)
    one = contestant(root, f"model/{candidate.model}", parts.model, candidate.digest, kept)
    require_honest(one, params, None)
    count = count_of(test)
    again = details["train"]
    answers = retrained(root, one, again, train, test, count) if again else score(root, one, test, count).answers
    frame = read_frame(test)
    actual, answers = truth(frame, params), placed(scaled(answers, frame), space_of_rows(params, frame))
    found: list[list[Any]] = [[metric, float(value(metric, actual, answers))] for metric in measurable(params["metrics"], answers)]
    return [pair for pair in found if math.isfinite(pair[1])]
