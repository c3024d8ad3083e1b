"""`validation` of a Model -> the stage cross_validate, beside train. Of the rows it depends on `train.parquet`, and on no other."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.lower.program import program_limits
from mlspec.compiler.project.graph import Out, Stage

_MEASURING = ("task", "target", "labelSeparator", "query", "quantiles", "key", "timeColumn", "metrics", "own", "confidence")


def validation_stage(
    spec: Any, folder: str, deps: tuple[str, ...], train: dict[str, Any], evaluate: dict[str, Any], split: dict[str, Any]
) -> Stage:
    """The stage. `train`, `evaluate`: the sections of these stages; `split`: what folds go by."""
    section = {key: evaluate[key] for key in _MEASURING if key in evaluate}
    return Stage(
        "cross_validate",
        "Train and measure on folds of the training rows",
        deps,
        (Out(f"{folder}/cross_validation.json", cache=False), Out(f"{folder}/validation_metrics.json", "metric", cache=False)),
        section | spec.validation.canonical() | {"seed": train["seed"], "split": split, "train": train},
        limits=program_limits(spec),
    )
