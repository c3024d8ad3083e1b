"""Is a baseline the one that the specs declare? Trained again, it answers the same: both ends of the request to a desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.gates.candidate import Candidate, candidate_form, fetch, from_candidate_form, kept
from mlspec.gates.scoring.helper import HELPER


def baseline_is_declared(root: Path, params: Mapping[str, Any], candidate: Candidate) -> bool:
    """Whether a candidate's baseline answers as the one that its train section `params` declares, trained again on its training rows.

    A weak baseline makes every comparison with it easy, and its bytes come from who trained. Raises MLS0716, MLS0717, MLS0731.
    """
    from mlspec.adapters.dvc import store

    parts = candidate.artifacts
    with store.opened(root):
        for artifact in (parts.test, parts.train, parts.baseline):
            fetch(root, artifact)
    details = {"root": str(root.resolve()), "params": params, "candidate": candidate_form(candidate)}
    return bool(HELPER.work("baseline", details, f"model/{candidate.model}"))


def compare_at_desk(details: Mapping[str, Any]) -> bool:
    """The same at the desk."""
    import numpy as np

    from mlspec.gates.bench import count_of, name_of, rows_of
    from mlspec.gates.scoring.contestant import contestant
    from mlspec.gates.scoring.score import retrained, score
    from mlspec.runtime.evaluate.measures import same_answers

    root, candidate = Path(details["root"]), from_candidate_form(details["candidate"])
    parts = candidate.artifacts
    test, train = rows_of(root, parts.test), rows_of(root, parts.train)
    baseline = contestant(root, f"the baseline of {name_of(candidate)}", parts.baseline, parts.baseline.digest, kept)
    rows = count_of(test)
    said, again = (
        score(root, baseline, test, rows).answers,
        retrained(root, baseline, details["params"], train, test, rows, part="baseline"),
    )
    if said.proba is not None and again.proba is not None and not np.allclose(said.proba, again.proba, rtol=0, atol=_SAME):
        return False
    return same_answers(again, said)


_SAME = 1e-6
"""How far a probability may be from itself when it is computed on another processor."""
