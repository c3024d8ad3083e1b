"""`validation` of a Model: cross-validation on its training rows, for data so few that one test set tells little."""

from __future__ import annotations

from typing import Any, LiteralString

from pydantic import Field
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import SpecModel
from mlspec.metrics.tasks import TASKS


class Validation(SpecModel):
    """Trains the recipe anew without each fold of the training rows, and measures it on that fold. Test rows are never read."""

    folds: int = Field(5, ge=2, le=100, description="Into how many folds the training rows are cut, as the split cuts test rows.")
    repeats: int = Field(1, ge=1, le=100, description="How often they are cut anew; not in order of time.")


def check_validation(spec: Any) -> None:
    """Refuse what can't be cross-validated, of a ModelSpec. Raises PydanticCustomError."""
    if spec.validation is None:
        return
    if TASKS[spec.task].is_cluster:
        advice = "remove it; the KPI `{metric: stability, min: 0.8, bound: point}` says how far clusters of other rows agree"
        _refuse("`validation` measures what is predicted, and clusters predict nothing", [], advice)
    if spec.tuning is not None:
        _refuse("`validation` would use the folds that chose the params", [], "remove it, and write `tuning: {nested: {folds: 5}}`")
    if spec.split.strategy == "rolling":
        _refuse("the folds of a rolling split are its test already", [], "remove `validation`")
    if spec.split.strategy == "time" and spec.validation.repeats > 1:
        _refuse("time has one order: its folds can't be cut anew", ["repeats"], "remove `repeats`")


def _refuse(message: LiteralString, at: list[str], advice: str) -> None:
    raise PydanticCustomError("mls_task", message, {"at": ["validation", *at], "help": advice})
