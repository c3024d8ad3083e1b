"""Stage train: features, preprocessing and estimator, fitted -> model/ and baseline/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics.atomic import new_folder, write_json
from mlspec.runtime.context import Context, add_root
from mlspec.runtime.tune.apply import BEST, TUNED, with_params

if TYPE_CHECKING:
    import pandas as pd


def run(context: Context) -> None:
    """Train both, and say of the training only what is the same every time."""
    from mlspec.runtime.frames import read_frame

    add_root(context.root)
    rows = read_frame(context.need("train.parquet"))
    best = context.need(BEST).read_bytes() if context.params.get("tuned") else None
    features = train_model(context.root, context.params, rows, context.out("model"), best, context.seconds)
    train_baseline(context.root, context.params, rows, context.out("baseline"))
    told = {**_class_weight(context.root, context.params), **_decided(context)}
    write_json(context.out("train.json"), {"rows": len(rows), "features": features, **told})


def _decided(context: Context) -> dict[str, Any]:
    """For train.json: what the model's folder says of calibration and threshold, which Git has then, too."""
    from mlspec.runtime.decision import DECISION, read_decision
    from mlspec.runtime.report import say

    decision = read_decision(context.out("model"))
    if decision is None:
        return {}
    for line in decision.lines:
        say(f"train: {line}")
    return {"decided": json.loads((context.out("model") / DECISION).read_text(encoding="utf-8"))}


def _class_weight(root: Path, params: Mapping[str, Any]) -> dict[str, str]:
    """For train.json, and for whoever looks on: by what classes are weighed, where they are."""
    if "classWeight" not in params:
        return {}
    from mlspec.runtime.class_weights import OWN
    from mlspec.runtime.report import say
    from mlspec.runtime.train.weights import weighs_itself

    path = params["estimator"]["class"]
    way = OWN if weighs_itself(root, params) else "sample_weight"
    say(f"train: classes are weighed by `{way}` of {path}")
    return {"classWeight": way}


def train_model(
    root: Path, params: Mapping[str, Any], rows: pd.DataFrame, folder: Path, best: bytes | None = None, seconds: float | None = None
) -> int:
    """Train what the section declares on `rows`, write the model folder, return the number of features.

    `best`: what a search found; its params lie over the section's, and the folder keeps it. `seconds`: how long a program may train.
    """
    from mlspec.runtime.train.build import build
    from mlspec.runtime.train.fit import fit_estimator, fit_trainer
    from mlspec.runtime.train.folder import write_model

    if "command" in params:
        from mlspec.runtime.program.train import train_program

        return len(train_program(root, params, rows, folder, seconds).features)
    if best is not None:
        params = with_params(params, json.loads(best)["params"])
    if "trainer" in params:
        fitted, signature = fit_trainer(root, params, rows)
    else:
        fitted, signature = fit_estimator(root, params, rows, build)
    with new_folder(folder) as new:
        write_model(new, fitted, signature, rows)
        if best is not None:
            (new / TUNED).write_bytes(best)
    return len(signature.features)


def train_baseline(root: Path, params: Mapping[str, Any], rows: pd.DataFrame, folder: Path) -> None:
    """Train the baseline on the same features: a constant, or an estimator of the user's."""
    from mlspec.runtime.train.build import build_baseline
    from mlspec.runtime.train.deciding import KEYS
    from mlspec.runtime.train.fit import fit_estimator
    from mlspec.runtime.train.folder import write_model

    plain = {key: value for key, value in params.items() if key not in ("classWeight", "heldOut", "split", *KEYS)}  # rows as they are
    fitted, signature = fit_estimator(root, plain, rows, build_baseline)
    with new_folder(folder) as new:
        write_model(new, fitted, signature, rows, kept=False)  # nobody serves it
