"""Puts what a search found over what the spec declares. The one place that knows what a tuned name means.

A name is a parameter of the estimator, or of the trainer's `params`; `preprocess.numeric.impute` is one of the preprocessing. An estimator
within the estimator is reached as scikit-learn spells it (`regressor__alpha`), or with dots.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem

PREPROCESS = "preprocess."
BEST, TUNED = "best.json", "tuning.json"
"""What the search writes, and the copy of it within the model's folder, which the model's digest covers."""


def with_params(section: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The section of `train` with `params` over its own."""
    found = {key: value for key, value in section.items() if key != "tuned"}
    preprocess = {name: value for name, value in params.items() if name.startswith(PREPROCESS)}
    others = {name.replace(".", "__"): value for name, value in params.items() if name not in preprocess}
    if preprocess:
        found["preprocess"] = _set(section["preprocess"], preprocess)
    holder = "trainer" if "trainer" in section else "estimator"
    if others:
        found[holder] = {**section[holder], "params": {**section[holder].get("params", {}), **others}}
    return found


def _set(preprocess: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(dict(preprocess))
    for name, value in params.items():
        *way, last = name.removeprefix(PREPROCESS).split(".")
        part = found
        for key in way:
            part = part.setdefault(key, {})
        part[last] = value
    return found


def tuned(section: Mapping[str, Any], model: Path) -> dict[str, Any]:
    """The section that a model was trained by: with what its folder says was found, where it was tuned. Raises MLS0661."""
    if not section.get("tuned"):
        return dict(section)
    try:
        found = json.loads((model / TUNED).read_text(encoding="utf-8"))["params"]
        return with_params(section, {str(name): value for name, value in found.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{model.name}/{TUNED}, which says by what params the model was trained, can't be read: {type(error).__name__}"
        raise problem("MLS0661", message, help="run the stages tune and train again") from error
