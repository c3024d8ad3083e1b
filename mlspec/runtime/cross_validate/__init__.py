"""Stage cross_validate: the recipe on folds of the training rows -> cross_validation.json, and validation_metrics.json for tables.

It says how well the recipe does on about so many rows, with other rows to learn from. The model that ships is judged on the test rows.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics.atomic import write_json
from mlspec.diagnostics.numbers import shown
from mlspec.runtime.context import Context, add_root

if TYPE_CHECKING:
    from mlspec.runtime.cross_validate.folds import Measured, Part
    from mlspec.runtime.predict import Predictions


def run(context: Context) -> None:
    """Train and ask here, one fold after another."""
    from mlspec.metrics.evaluation import number
    from mlspec.runtime.cross_validate.folds import cross_validate
    from mlspec.runtime.report import say

    add_root(context.root)
    train = context.need("train.parquet")
    with tempfile.TemporaryDirectory(prefix="mlspec-folds-") as scratch:
        found = cross_validate(context.params, train, Path(scratch), _Here(context, Path(scratch)))
    write_json(context.out("cross_validation.json"), report(found, context.params, train))
    write_json(context.out("validation_metrics.json"), {name: number(one.value) for name, one in found.metrics.items()})
    for line in lines(found, context.params):
        say(f"cross_validate: {line}")


class _Here:
    """Trains in this process, by the stage's own section of `train`."""

    def __init__(self, context: Context, scratch: Path) -> None:
        self._context, self._scratch = context, scratch

    def __call__(self, learn: Path, rest: Path, count: int, part: Part) -> Predictions:  # noqa: ARG002 - as a desk needs it
        from mlspec.runtime.artifact import digest_folder, load_model
        from mlspec.runtime.frames import read_frame
        from mlspec.runtime.predict import predict_by_own
        from mlspec.runtime.train import train_baseline, train_model

        root, section, folder = self._context.root, self._context.params["train"], self._scratch / part
        if part == "baseline":
            train_baseline(root, section, read_frame(learn), folder)
        else:
            train_model(root, section, read_frame(learn), folder, seconds=self._context.seconds)
        rows = read_frame(rest)
        return self._with_own(rows, predict_by_own(load_model(folder, digest_folder(folder)), rows))

    def _with_own(self, rows: Any, answers: Predictions) -> Predictions:
        from mlspec.runtime.own.carry import with_own
        from mlspec.runtime.target import truth_of

        params = self._context.params
        return with_own(self._context.root, params, rows, truth_of(rows, params), answers, how_of(params))


def how_of(params: Any) -> Any:
    """How own metrics are asked for the rows of a fold: its value is all that counts."""
    from mlspec.metrics.estimate import Resampling

    return replace(Resampling(params["confidence"], 200, None, params["seed"]), ordered=params["split"]["strategy"] == "time")


def report(found: Measured, params: Any, train: Path) -> dict[str, Any]:
    """What cross_validation.json holds; null where a number is not defined."""
    from mlspec.metrics.evaluation import number
    from mlspec.runtime.artifact import digest_file

    metrics = {
        name: {
            "value": number(one.value),
            "low": number(one.low),
            "high": number(one.high),
            "values": [number(value) for value in one.values],
            "baseline": number(found.floor[name].value) if name in found.floor else None,
        }
        for name, one in found.metrics.items()
    }
    how = {key: params[key] for key in ("folds", "repeats", "seed", "confidence")}
    return {"inputs": {"train.parquet": digest_file(train)}, **how, "rows": sum(found.sizes[0]), "metrics": metrics}


def lines(found: Measured, params: Any) -> list[str]:
    """For whoever looks on: a line each metric."""
    times = f", {params['repeats']} times" if params["repeats"] > 1 else ""
    said = []
    for name, one in found.metrics.items():
        ends = f" ({params['confidence']:.0%} interval {shown(one.low)} to {shown(one.high)})" if math.isfinite(one.high - one.low) else ""
        value = shown(one.value) if not one.undefined else f"undefined on fold {one.undefined}"
        floor = f", baseline {shown(found.floor[name].value)}" if name in found.floor and math.isfinite(found.floor[name].value) else ""
        said.append(f"{name} {value}{ends}{floor}; {params['folds']} folds{times}")
    return said
