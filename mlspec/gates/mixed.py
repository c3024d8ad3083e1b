"""Mixed recipes: rows of one commit, parameters of another, and what of a metric's change each of them makes; both ends of the requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.gates.candidate import Candidate, candidate_form, from_candidate_form, kept
from mlspec.gates.scoring.helper import HELPER
from mlspec.registry.records import Estimate, ProvenArtifact

if TYPE_CHECKING:
    from mlspec.metrics.answers import Array
    from mlspec.runtime.predict import Predictions

Form = Mapping[str, Any]
"""Answers as JSON has them."""


@dataclass(frozen=True, slots=True)
class Mix:
    """A recipe to be tried. `tree`: the checkout whose code trains and is asked.

    `section`: of the stage train, empty for the model of `recipe` itself.

    `recipe` says which features are taken, `rows` the training rows; of both everything was fetched.
    """

    tree: Path
    section: Mapping[str, Any]
    recipe: Candidate
    rows: Candidate


@dataclass(frozen=True, slots=True)
class Part:
    """What a contrast of models comes to; `found` is None where the metric is not defined. `note`: what else to say of it."""

    name: str
    found: Estimate | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """All of them, on so many test rows."""

    rows: int
    parts: tuple[Part, ...]


def answers_of(root: Path, evaluate: Mapping[str, Any], mix: Mix, test: ProvenArtifact) -> Form:
    """Ask a desk for the answers of a recipe for the test rows. Raises MLS0731, MLS0660, MLS0716 to MLS0718, and what training raises."""
    details = {
        "root": str(root.resolve()),
        "tree": str(mix.tree.resolve()),
        "evaluate": dict(evaluate),
        "section": dict(mix.section),
        "recipe": candidate_form(mix.recipe),
        "rows": candidate_form(mix.rows),
        "test": test.canonical(),
    }
    found = HELPER.work("mix", details, f"model/{mix.recipe.model}", alone=False)
    return dict(zip(("predicted", "proba", "classes", "levels"), found, strict=True))


def answer_at_desk(details: Mapping[str, Any]) -> list[Any]:
    """The same at the desk: values or labels, probabilities, classes, levels."""
    from mlspec.gates.bench import count_of, rows_of
    from mlspec.gates.scoring.contestant import contestant, require_honest
    from mlspec.gates.scoring.score import retrained, score

    root, recipe, rows = Path(details["root"]), from_candidate_form(details["recipe"]), from_candidate_form(details["rows"])
    test, train = rows_of(root, ProvenArtifact.model_validate(details["test"])), rows_of(root, rows.artifacts.train)
    one = contestant(root, f"model/{recipe.model}", recipe.artifacts.model, recipe.digest, kept)
    require_honest(one, details["evaluate"], None)
    count, tree = count_of(test), Path(details["tree"])
    if not details["section"]:
        return _form(score(tree, one, test, count).answers)
    other = contestant(root, f"model/{rows.model}", rows.artifacts.model, rows.digest, kept)
    mixed = replace(one, signature=replace(one.signature, classes=other.signature.classes))
    return _form(retrained(tree, mixed, details["section"], train, test, count))


def _form(found: Predictions) -> list[Any]:
    proba = None if found.proba is None else found.proba.tolist()
    return [found.predicted.tolist(), proba, found.classes, found.levels]


def parts_of(
    root: Path, evaluate: Mapping[str, Any], metric: str, test: ProvenArtifact, answers: Mapping[str, Form], asked: Mapping[str, Any]
) -> Parts:
    """Ask a desk for contrasts of the metric, {name: {name of answers: weight}}. Raises MLS0731."""
    details = {
        "root": str(root.resolve()),
        "evaluate": dict(evaluate),
        "metric": metric,
        "test": test.canonical(),
        "answers": dict(answers),
        "asked": {name: dict(weights) for name, weights in asked.items()},
    }
    found: Parts = HELPER.work("parts", details, "why", alone=False)
    return found


def parts_at_desk(details: Mapping[str, Any]) -> Parts:
    """The same at the desk."""
    from mlspec.gates.bench import rows_of
    from mlspec.gates.overview import estimate_of
    from mlspec.gates.scoring.own import with_own
    from mlspec.metrics.contrasts import contrasts
    from mlspec.runtime.evaluate import resampling_of, scaled, truth
    from mlspec.runtime.evaluate.space import placed, space_of_rows
    from mlspec.runtime.frames import read_frame

    root, params, metric = Path(details["root"]), details["evaluate"], details["metric"]
    test = rows_of(root, ProvenArtifact.model_validate(details["test"]))
    frame = read_frame(test)
    how, space = resampling_of(params, frame), space_of_rows(params, frame)
    said = {name: placed(scaled(_answers(form), frame), space) for name, form in details["answers"].items()}
    answers = {name: with_own(root, f"metrics of {name}", params, test, one, how) for name, one in said.items()}
    found = contrasts(metric, truth(frame, params), answers, details["asked"], how)
    return Parts(len(frame), tuple(Part(name, estimate_of(one), one.note) for name, one in found.items()))


def _answers(form: Form) -> Predictions:
    import numpy as np

    from mlspec.runtime.predict import Predictions

    classes, levels, proba = form["classes"], form["levels"], form["proba"]
    predicted = np.asarray(form["predicted"], dtype=np.float64) if classes is None else _labels(form["predicted"])
    shares = None if proba is None else np.asarray(proba, dtype=np.float64)
    return Predictions(predicted, shares, None if classes is None else tuple(classes), None if levels is None else tuple(levels))


def _labels(values: Sequence[Any]) -> Array:
    import numpy as np

    found = np.empty(len(values), dtype=object)
    found[:] = [tuple(v) if isinstance(v, list | tuple) else v for v in values]
    return found
