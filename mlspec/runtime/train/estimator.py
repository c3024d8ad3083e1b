"""The estimator from its class path and params, with what is wrong told before anything is fitted."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.clusterers import without_predict
from mlspec.runtime.nested import nested_of
from mlspec.runtime.train.boosting import NUMBERS_CLASSES, Numbered, library_of, settled
from mlspec.runtime.user_code import load_callable, load_class


def make_estimator(root: Path, declared: Mapping[str, Any], task: str, seed: int) -> Any:
    """Return the unfitted estimator, seeded when it takes `random_state`. Raises MLS0650, MLS0651, MLS0652."""
    estimator = _made(root, declared["class"], declared["params"], seed)
    check_task(estimator, declared["class"], task)
    return Numbered(estimator) if TASKS[task].is_label and library_of(type(estimator)) in NUMBERS_CLASSES else estimator


def _made(root: Path, path: str, declared: Mapping[str, Any], seed: int) -> Any:
    """An object of a class, with what its params build; each one that takes `random_state` has the seed."""
    params = {name: _built(root, value, seed) for name, value in declared.items() if "__" not in name}
    within = {name: _built(root, value, seed) for name, value in declared.items() if "__" in name}
    found = load_class(path, root)
    known = _parameters(found)
    for name in params:
        if known is not None and name not in known:
            raise problem("MLS0651", f"`{path}` takes no parameter `{name}`", help=did_you_mean(name, known))
    if library := library_of(found):
        params = settled(library, params, seed)
    elif known is not None and "random_state" in known:
        params.setdefault("random_state", seed)
    try:
        made = found(**params)
        return made.set_params(**within) if within else made  # of an object within it, as scikit-learn spells it
    except Exception as error:
        raise problem("MLS0651", f"`{path}` refuses its params: {error}", help="see the class's documentation") from error


def _built(root: Path, value: Any, seed: int) -> Any:
    """A param as the constructor gets it. A list of a name and an object is the tuple that scikit-learn's pairs are."""
    one = nested_of(value)
    if one is not None and one.callable:
        return load_callable(one.callable, root)
    if one is not None:
        return _made(root, one.class_path, one.params, seed)
    if isinstance(value, Mapping):
        return {key: _built(root, item, seed) for key, item in value.items()}
    if isinstance(value, list):
        items = [_built(root, item, seed) for item in value]
        is_pair = len(value) > 1 and isinstance(value[0], str) and nested_of(value[1]) is not None
        return tuple(items) if is_pair else items
    return value


def _parameters(found: type) -> list[str] | None:
    """Names of the constructor's parameters; None when it takes any."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return None
    return None if any(p.kind is p.VAR_KEYWORD for p in parameters) else [p.name for p in parameters]


def check_task(estimator: Any, path: str, task: str) -> None:
    """Raise MLS0652 unless the estimator fits and predicts what the task calls for."""
    from sklearn.base import is_classifier, is_regressor

    if TASKS[task].is_oddness:
        _check_detector(estimator, path)
        return
    if TASKS[task].is_cluster:
        _check_clusterer(estimator, path)
        return
    if not (callable(getattr(estimator, "fit", None)) and callable(getattr(estimator, "predict", None))):
        raise problem("MLS0652", f"`{path}` has no `fit` and `predict`", help="name a class with scikit-learn's interface")
    try:
        regressor, classifier = is_regressor(estimator), is_classifier(estimator)
    except Exception:  # noqa: BLE001 - a class without tags is the user's word against nobody's
        return
    wanted = TASKS[task].estimator
    if (wanted == "regressor" and classifier) or (wanted == "classifier" and regressor):
        raise problem("MLS0652", f"the task is {task}, and `{path}` is not a {wanted}", help="change the task or the class")
    if TASKS[task].is_labels and not _takes_several(estimator):
        raise problem("MLS0652", f"the task is {task}, and `{path}` takes one class a row", help=_WRAPPED.format(path=path))


def _check_detector(estimator: Any, path: str) -> None:
    """Raise MLS0652 for what can't say how odd a row is that it was not fitted on."""
    if callable(getattr(estimator, "fit", None)) and callable(getattr(estimator, "score_samples", None)):
        return
    can = getattr(estimator, "novelty", None) is False
    advice = "add `novelty: true` to its params" if can else "name a detector, such as sklearn.ensemble.IsolationForest, or a density"
    why = "judges only the rows it is fitted on" if can else "has no `score_samples`"
    raise problem("MLS0652", f"the task is anomaly, and `{path}` {why}", help=advice)


def _check_clusterer(estimator: Any, path: str) -> None:
    """Raise MLS0652 for what can't say which cluster a row is of that it was not fitted on, and for what needs a target."""
    from sklearn.base import is_classifier, is_regressor

    advice = without_predict(path) or "`sklearn.cluster.KMeans`, or another class of `sklearn.cluster` or `sklearn.mixture` with `predict`"
    if not (callable(getattr(estimator, "fit", None)) and callable(getattr(estimator, "predict", None))):
        raise problem("MLS0652", f"the task is clustering, and `{path}` judges only the rows it is fitted on", help=f"take {advice}")
    try:
        learns = is_classifier(estimator) or is_regressor(estimator)
    except Exception:  # noqa: BLE001 - a class without tags is the user's word against nobody's
        return
    if learns:
        raise problem("MLS0652", f"the task is clustering, and `{path}` learns a target", help=f"take {advice}")


_WRAPPED = "one for each label: `{{class: sklearn.multiclass.OneVsRestClassifier, params: {{estimator: {{class: {path}, params: …}}}}}}`"


def _takes_several(estimator: Any) -> bool:
    """Whether it takes indicators of several labels, by its own tags; a class without tags is believed."""
    from sklearn.utils import get_tags

    try:
        tags = get_tags(estimator)
    except Exception:  # noqa: BLE001 - as above
        return True
    return bool(tags.target_tags.multi_output or (tags.classifier_tags and tags.classifier_tags.multi_label))


def make_baseline(root: Path, params: Mapping[str, Any]) -> Any:
    """Return the unfitted baseline: a constant by name, or the estimator declared for it."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    declared = params["baseline"]
    if isinstance(declared, Mapping) and "estimator" in declared:
        return make_estimator(root, declared["estimator"], params["task"], params["seed"])
    if declared == "majority":
        return DummyClassifier(strategy="prior")
    return DummyRegressor(strategy=declared)
