"""The unfitted model that a section declares: preprocessing and estimator as one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.class_weights import OWN
from mlspec.runtime.quantile_params import misnamed, quantile_param, taken
from mlspec.runtime.signature import Signature
from mlspec.runtime.train.clusters import Clusters
from mlspec.runtime.train.estimator import make_baseline, make_estimator
from mlspec.runtime.train.levels import Levels
from mlspec.runtime.train.order import ByColumn
from mlspec.runtime.train.outliers import Outliers
from mlspec.runtime.train.preprocess import transformer
from mlspec.runtime.train.weights import class_weight, weighs_itself


def build(root: Path, section: Mapping[str, Any], signature: Signature) -> Any:
    """Return the model of the section's `estimator`, for `fit(features, target)`. Raises MLS0650, MLS0651, MLS0652."""
    declared = _weighing(root, section, signature)
    if TASKS[section["task"]].is_quantiles:
        return Levels(transformer(signature, section["preprocess"], section["seed"]), _each(root, section, declared))
    return joined(signature, section, make_estimator(root, declared, section["task"], section["seed"]))


def _weighing(root: Path, section: Mapping[str, Any], signature: Signature) -> Mapping[str, Any]:
    """The section's estimator; one that weighs classes itself is told how. Raises MLS0637."""
    declared: Mapping[str, Any] = section["estimator"]
    if "classWeight" not in section:
        return declared
    weight = class_weight(section, signature.classes or ())
    if not weighs_itself(root, section):
        return declared
    return {**declared, "params": {**declared["params"], OWN: weight}}


def build_baseline(root: Path, section: Mapping[str, Any], signature: Signature) -> Any:
    """The same of its baseline: a constant by name, or an estimator declared for it."""
    declared = section["baseline"]
    if isinstance(declared, Mapping) and "column" in declared:
        return _by_column(signature, declared)
    if declared == "shuffled":
        found: Clusters = joined(signature, section, make_estimator(root, section["estimator"], section["task"], section["seed"]))
        found.shuffled = section["seed"]
        return found
    if not TASKS[section["task"]].is_quantiles:
        return joined(signature, section, make_baseline(root, section))
    constant = {"class": "sklearn.dummy.DummyRegressor", "params": {}}
    own = declared["estimator"] if isinstance(declared, Mapping) else constant
    return Levels(transformer(signature, section["preprocess"], section["seed"]), _each(root, section, own, is_baseline=True))


def _by_column(signature: Signature, declared: Mapping[str, Any]) -> ByColumn:
    kinds = {f.name: f.kind for f in signature.features}
    if kinds.get(declared["column"]) != "numeric":
        message = f"the baseline puts rows in the order of `{declared['column']}`, which is no feature that is a number"
        raise problem("MLS0653", message, help=did_you_mean(declared["column"], [n for n, kind in kinds.items() if kind == "numeric"]))
    return ByColumn(declared["column"], declared["order"])


def joined(signature: Signature, section: Mapping[str, Any], estimator: Any) -> Any:
    """Preprocessing and estimator as scikit-learn's Pipeline, or as what says how odd a row is, or of which cluster."""
    from sklearn.pipeline import Pipeline

    made = transformer(signature, section["preprocess"], section["seed"])
    if TASKS[section["task"]].is_oddness and hasattr(estimator, "score_samples"):
        return Outliers(made, estimator)
    if TASKS[section["task"]].is_cluster:
        return Clusters(made, estimator)
    return Pipeline([("preprocess", made), ("estimator", estimator)])


def _each(root: Path, section: Mapping[str, Any], declared: Mapping[str, Any], *, is_baseline: bool = False) -> list[Any]:
    """An estimator for each level. The section's `quantileParam` is the model's; a baseline's class has to be known."""
    path, named = declared["class"], None if is_baseline else section.get("quantileParam")
    found, wrong = quantile_param(path, named, declared["params"]), taken(path, named, declared["params"])
    if found is None:
        advice = "say `quantileParam: <its name>` beside `quantiles`" if not is_baseline else "take a class that is known"
        raise problem("MLS0651", f"nothing says which parameter of `{path}` takes a quantile", help=advice)
    if meant := misnamed(path, named, declared["params"]):
        raise problem("MLS0651", f"`{named}` of `{path}` is no quantile", help=f"write `quantileParam: {meant}`")
    if wrong is not None:
        raise problem("MLS0651", f"`{path}`: `{wrong[0]}` may not be set so: {wrong[1]}", help=f"remove `{wrong[0]}` from its params")
    made = []
    for level in section["quantiles"]:
        params = {**declared["params"], **found.loss, found.name: level}
        made.append(make_estimator(root, {"class": path, "params": params}, section["task"], section["seed"]))
    return made
