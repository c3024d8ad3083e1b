"""What a training row counts for: by a column, by its class, or both. Metrics, calibration and threshold count each row once."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import did_you_mean, problem
from mlspec.diagnostics.words import counted
from mlspec.runtime.class_weights import OTHERS, OWN, no_weights
from mlspec.runtime.user_code import load_class

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


def row_weights(section: Mapping[str, Any], rows: pd.DataFrame) -> Array | None:
    """The column that `weights` names, (n,) float64; None where none is named. Raises MLS0637 for what can't count a row."""
    name = section.get("weights")
    if name is None:
        return None
    if name not in rows.columns:
        raise problem(
            "MLS0637", f"the rows have no column `{name}`, which `weights` names", help=did_you_mean(name, map(str, rows.columns))
        )
    try:
        found: Array = rows[name].astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise problem("MLS0637", f"the column of weights `{name}` holds no numbers", help="cast it in a `clean` step") from None
    for wrong, what in ((np.isnan(found), "no weight"), (np.isinf(found), "an infinite weight"), (found < 0, "a negative weight")):
        if wrong.any():
            message = f"`{name}` gives {counted(int(wrong.sum()), 'training row')} {what}"
            raise problem("MLS0637", message, help="a weight is a number from 0 on: fill it in a `clean` step, or leave such rows out")
    _check_any(found)
    return found


def _check_any(weights: Array) -> None:
    if not weights.any():
        message = "all rows that are to be learned from have the weight 0"
        raise problem("MLS0637", message, help="nothing is learned from a row of weight 0: give some rows more")


def label_text(label: Any) -> str:
    """A class as a spec writes it: `true`, `7`, `churned`."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def class_weight(section: Mapping[str, Any], classes: Sequence[Any]) -> Any:
    """`classWeight` as scikit-learn takes it: a word, or {class: weight}. Raises MLS0637 for a class that no training row is of."""
    declared = section["classWeight"]
    if isinstance(declared, str):
        return declared
    known = {label_text(label): label for label in classes}
    for name in declared:
        if name not in known:
            raise problem("MLS0637", f"`classWeight` names `{name}`, and no training row is of that class", help=did_you_mean(name, known))
    return {known[name]: float(weight) for name, weight in declared.items()}


def weighs_itself(root: Path, section: Mapping[str, Any]) -> bool:
    """Whether the section's estimator is told of `classWeight` by its own `class_weight`; else its rows are weighted, which is the same.

    A mapping goes by rows wherever `fit` takes them: HistGradientBoostingClassifier looks for the numbers 0, 1, … in it, whatever classes
    are called (findings/sklearn_hist_boosting_weighs_another_class.sh), and others may, too.
    """
    found = load_class(section["estimator"]["class"], root)
    try:
        has_own = OWN in inspect.signature(found).parameters
    except (TypeError, ValueError):
        return False
    return has_own and (isinstance(section["classWeight"], str) or not _takes_weights(found))


def _takes_weights(estimator: Any) -> bool:
    parameters = inspect.signature(estimator.fit).parameters.values()
    return any(one.name == "sample_weight" or one.kind is one.VAR_KEYWORD for one in parameters)


def fit_weights(section: Mapping[str, Any], target: Array, weights: Array | None, *, itself: bool) -> Array | None:
    """What each row counts for in a fit; None where all count alike. `itself`: the estimator knows of `classWeight`."""
    found = weights
    if "classWeight" in section and not itself:
        from sklearn.utils.class_weight import compute_sample_weight

        named = section["classWeight"] if isinstance(section["classWeight"], str) else _of_these(section, target)
        of_class: Array = compute_sample_weight(named, target)
        found = of_class if found is None else found * of_class
    if found is not None:
        _check_any(found)
    return found


def _of_these(section: Mapping[str, Any], target: Array) -> dict[Any, float]:
    """{class: weight} of the classes among these rows: a fold may lack one."""
    return {label: float(section["classWeight"].get(label_text(label), 1.0)) for label in np.unique(target).tolist()}


def check_takes_weights(estimator: Any) -> None:
    """Raise MLS0637 unless `fit` takes `sample_weight`: it would fail in the library's words, or learn as if there were none."""
    if not _takes_weights(estimator):
        raise problem("MLS0637", no_weights(type(estimator).__name__), help=OTHERS)
