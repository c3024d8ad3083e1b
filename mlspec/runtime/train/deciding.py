"""Calibrates a classifier and chooses its threshold, on training rows that the model which answers them has not seen. Never a test row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.predict import Predictions, as_labels
from mlspec.runtime.train.decided import Decided, calibrator_of, scores_of
from mlspec.runtime.train.table import Table
from mlspec.runtime.train.thresholds import choose
from mlspec.runtime.tune.folds import Fold, Rows, folds_of, holdout

Array = np.ndarray[Any, Any]
Fit = Callable[[Table], Any]
KEYS = ("calibrate", "threshold")
PARTS = 5
"""Parts of the answered rows, each calibrated by the others, where calibration is measured."""
MEASURED = {2: ("brier", "log_loss", "ece")}
"""Metrics of probabilities, by the number of classes."""


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """m training rows, answered by models that had not seen them. `shares`: of models that give probabilities, (m, classes)."""

    scores: Array
    shares: Array | None
    target: Array
    rows: Rows


def is_decided(section: Mapping[str, Any]) -> bool:
    """Whether probabilities or answers are more than what the estimator says."""
    return any(key in section for key in KEYS)


def decided(fit: Fit, section: Mapping[str, Any], table: Table) -> Decided:
    """The model that the section declares. `fit`: trains its pipeline on some rows. Raises MLS0638, MLS0658, and what `fit` raises."""
    classes = np.unique(table.target)
    if "heldOut" not in section:
        model = fit(table)
        _need_shares(model)
        return Decided(model, None, float(section["threshold"]["value"]), _facts(section, classes, None))
    folds, is_part = _folds(section, table)
    models = [fit(table.of(learn)) for learn, _ in folds]
    seen = _joined(
        [_answered(model, table.of(rest), classes, n) for n, (model, (_, rest)) in enumerate(zip(models, folds, strict=True), 1)]
    )
    made = models[0] if is_part else fit(table)
    method = section.get("calibrate", {}).get("method")
    calibrator = _calibrator(method, seen.scores, seen.target, classes) if method else None
    facts = _facts(section, classes, seen)
    cut: float | None = None
    if "threshold" in section:
        cut = _threshold(section, seen, calibrator, classes, facts)
    return Decided(made, calibrator, cut, facts)


def _folds(section: Mapping[str, Any], table: Table) -> tuple[list[Fold], bool]:
    """Rows to learn from and rows to answer, and whether these are a part of the rows that is kept from the model."""
    rows, seed = table.rows, int(section["seed"])
    assert rows is not None  # noqa: S101 - the section says how rows are cut
    share = section["heldOut"].get("validation")
    if share is not None:
        return [holdout(rows, share, seed)], True
    return folds_of(rows, section["heldOut"]["folds"], seed), False


def _need_shares(model: Any) -> None:
    if not hasattr(model, "predict_proba"):
        name = type(model.steps[-1][1]).__name__
        message = f"`threshold` cuts probabilities, and `{name}` gives none"
        raise problem("MLS0638", message, help="add `calibrate: {method: sigmoid}`, which makes probabilities of its scores")


def _answered(model: Any, table: Table, classes: Array, fold: int) -> Answered:
    if not np.array_equal(np.asarray(model.classes_), classes):
        lacking = sorted({*map(str, classes)} - {*map(str, model.classes_)})
        message = f"the rows to learn from of fold {fold} have none of class {lacking[0]}"
        raise problem("MLS0658", message, help="ask for fewer `folds`, or name `validation`; rows of each class are needed throughout")
    if not (hasattr(model, "predict_proba") or hasattr(model, "decision_function")):
        message = f"`{type(model.steps[-1][1]).__name__}` gives neither probabilities nor scores: there is nothing to calibrate"
        raise problem("MLS0638", message, help="take a classifier with `predict_proba` or `decision_function`")
    shares = np.asarray(model.predict_proba(table.features), dtype=np.float64) if hasattr(model, "predict_proba") else None
    assert table.rows is not None  # noqa: S101 - as above
    return Answered(scores_of(model, table.features), shares, table.target, table.rows)


def _joined(parts: list[Answered]) -> Answered:
    shares = [part.shares for part in parts if part.shares is not None]
    groups = [part.rows.groups for part in parts if part.rows.groups is not None]
    target = np.concatenate([part.target for part in parts])
    rows = Rows(len(target), groups=np.concatenate(groups) if groups else None, classes=target)
    return Answered(np.concatenate([part.scores for part in parts]), np.concatenate(shares) if shares else None, target, rows)


def _calibrator(method: str, scores: Array, target: Array, classes: Array) -> Any:
    if len(np.unique(target)) < len(classes):
        lacking = sorted({*map(str, classes)} - {*map(str, target)})
        message = f"the rows to calibrate on have none of class {lacking[0]}"
        raise problem("MLS0658", message, help="set more rows aside, or take `folds`")
    return calibrator_of(method, scores, target, classes)


def _threshold(section: Mapping[str, Any], seen: Answered, calibrator: Any, classes: Array, facts: dict[str, Any]) -> float:
    aim = section["threshold"]
    if "value" in aim:
        return float(aim["value"])
    shares = calibrator.predict_proba(seen.scores) if calibrator is not None else seen.shares
    if shares is None:
        message = "`threshold` cuts probabilities, and the estimator gives none"
        raise problem("MLS0638", message, help="add `calibrate: {method: sigmoid}`, which makes probabilities of its scores")
    found = choose(aim, shares[:, 1], seen.target == classes[1])
    facts["threshold"] |= {"value": found.value, "found": found.found, "usual": found.usual}
    return found.value


def _facts(section: Mapping[str, Any], classes: Array, seen: Answered | None) -> dict[str, Any]:
    """What is told of it, as JSON: where rows chose, which and how many."""
    found: dict[str, Any] = {}
    if seen is not None:
        found |= {"rows": len(seen.target), "heldOut": dict(section["heldOut"])}
    if "calibrate" in section and seen is not None:
        found["calibration"] = {"method": section["calibrate"]["method"], **_measured(section, seen, classes)}
    if "threshold" in section:
        aim = dict(section["threshold"])
        value = aim.pop("value", None)
        found["threshold"] = {
            "positive": as_labels(classes)[1],
            **({"aim": aim} if aim else {}),
            **({} if value is None else {"value": value}),
        }
    return found


def _measured(section: Mapping[str, Any], seen: Answered, classes: Array) -> dict[str, Any]:
    """Metrics of the probabilities before and after, {metric: value}: each part of the rows is calibrated by what the others teach.

    Null where the estimator gives none, or where there are too few rows of a class to be cut into parts.
    """
    smallest = int(np.unique(seen.target, return_counts=True)[1].min())
    few = smallest < PARTS or (seen.rows.groups is not None and len(np.unique(seen.rows.groups)) < PARTS)
    after = None if few else _cross_calibrated(section, seen, classes)
    before = seen.shares if after is None else None if seen.shares is None else seen.shares[after[1]]
    return {
        "before": None if before is None else _metrics(before, seen.target if after is None else seen.target[after[1]], classes),
        "after": None if after is None else _metrics(after[0], seen.target[after[1]], classes),
    }


def _cross_calibrated(section: Mapping[str, Any], seen: Answered, classes: Array) -> tuple[Array, Array] | None:
    """(probabilities, positions of the rows); None where a part lacks a class."""
    method, parts, places = section["calibrate"]["method"], [], []
    for learn, rest in folds_of(seen.rows, PARTS, int(section["seed"])):
        if len(np.unique(seen.target[learn])) < len(classes):
            return None
        made = calibrator_of(method, seen.scores[learn], seen.target[learn], classes)
        parts.append(np.asarray(made.predict_proba(seen.scores[rest]), dtype=np.float64))
        places.append(rest)
    return np.concatenate(parts), np.concatenate(places)


def _metrics(shares: Array, target: Array, classes: Array) -> dict[str, float]:
    from mlspec.metrics.weighted import value

    labels = tuple(as_labels(classes))
    answers = Predictions(as_labels(classes)[np.argmax(shares, axis=1)], shares, labels)
    names = MEASURED.get(len(classes), ("log_loss",))
    return {name: float(f"{value(name, as_labels(target), answers):.12g}") for name in names}
