"""An estimator's class must be there and take its params, as the library that is installed has it: told before any data is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.compiler.load.allowed import Allowed
from mlspec.compiler.load.constructor import Constructor
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import built, estimators
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Advice, Diagnostic, did_you_mean, extras
from mlspec.diagnostics.fix import written
from mlspec.diagnostics.suggest import clear, nearest
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.class_weights import OTHERS, OWN, no_weights
from mlspec.runtime.nested import all_nested
from mlspec.runtime.quantile_params import misnamed, quantile_param, taken

Route = tuple[str | int, ...]

MOST_SHOWN = 60
"""Characters of a value that is told."""
_VECTORIZERS = {"tfidf": "TfidfVectorizer", "count": "CountVectorizer", "hashing": "HashingVectorizer"}


def estimator_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """One diagnostic for each class that is not there, and each param that its constructor does not take."""
    for model in project.models.values():
        yield from _unknown_keys(model)
        yield from _quantile_param(model)
        yield from _weights(model, inputs)
        for route, path, params in _uses(model.envelope.spec):
            known = inputs.constructor_of(path)
            if _is_left_out(known):
                continue
            if known.missing:
                yield _missing(model, (*route, "class"), path, known)
            takes = params if known.parameters is None else known.parameters
            named = (name for name in params if "${" not in name)  # a variable in a key is told already
            for name in sorted(set(named).difference(takes)):
                span = model.document.span((*route, "params", name), key=True)
                yield Diagnostic("MLS0651", f"`{path}` takes no parameter `{name}`", span, did_you_mean(name, takes))
            for name, value in params.items():
                yield from refused(model, (*route, "params", name), f"`{name}` of `{path}`", value, known.allowed.get(name))


def refused(model: Bound[Any], route: Route, what: str, value: Any, allowed: Allowed | None) -> Iterator[Diagnostic]:
    """A value that the parameter `what`, in words, may not have."""
    if allowed is None or allowed.permits(value):
        return
    span, whole = model.document.span(route), f"it is {allowed.words}"
    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"
    meant = nearest(value, allowed.options) if isinstance(value, str) else None
    advice = did_you_mean(value, allowed.options) if meant else whole
    text = f"{what} can't be `{shown}`" + (f": {whole}" if meant else "")
    yield Diagnostic("MLS0651", text, span, advice)


def unread(project: Project, inputs: Inputs) -> frozenset[str]:
    """The classes of libraries that the base has not: where specs are only checked, none need be there."""
    if extras.is_whole():
        return frozenset()
    paths = {path for model in project.models.values() for _, path, _ in _uses(model.envelope.spec)}
    return frozenset(path for path in paths if _is_left_out(inputs.constructor_of(path)))


def _is_left_out(known: Constructor) -> bool:
    return known.not_installed and not extras.is_whole() and clear(known.wrong, known.near) is None


def _uses(spec: Any) -> Iterator[tuple[Route, str, Mapping[str, Any]]]:
    """Each class of a model: where it is declared, its path, and its params."""
    for route, estimator in estimators(spec):
        yield route, estimator.class_path, estimator.params
    for route, params in built(spec):
        yield from ((one.route, one.class_path, one.params) for one in all_nested(params, route) if one.class_path)
    text = spec.preprocess.text
    if text.params:
        yield ("spec", "preprocess", "text"), f"sklearn.feature_extraction.text.{_VECTORIZERS[text.vectorize]}", text.params


def _unknown_keys(model: Bound[Any]) -> Iterator[Diagnostic]:
    """`{class: …, param: …}` would be built without what it says."""
    for route, params in built(model.envelope.spec):
        for one in all_nested(params, route):
            for key in one.unknown:
                known = ("class", "params") if one.class_path else ("callable",)
                span = model.document.span((*one.route, key), key=True)
                message = (
                    f"`{one.class_path or one.callable}` is built by {' and '.join(f'`{k}`' for k in known)}, and `{key}` stands beside"
                )
                yield Diagnostic("MLS0651", message, span, did_you_mean(key, known))


def _quantile_param(model: Bound[Any]) -> Iterator[Diagnostic]:
    """Of each estimator it is known where it takes a level, and nothing else is written there."""
    spec = model.envelope.spec
    for route, estimator in estimators(spec) if TASKS[spec.task].is_quantiles else ():
        path, named = estimator.class_path, spec.quantile_param if route == ("spec", "estimator") else None
        if quantile_param(path, named, estimator.params) is None:
            advice = (
                "say `quantileParam: <its name>` beside `quantiles`" if route == ("spec", "estimator") else "take a class that is known"
            )
            message = f"nothing says which parameter of `{path}` takes a quantile"
            yield Diagnostic("MLS0651", message, model.document.span((*route, "class")), advice)
        elif meant := misnamed(path, named, estimator.params):
            span = model.document.span(("spec", "quantileParam"))
            yield Diagnostic("MLS0651", f"`{named}` of `{path}` is no quantile", span, f"write `quantileParam: {meant}`")
        elif wrong := taken(path, named, estimator.params):
            span = model.document.span((*route, "params", wrong[0]), key=True)
            yield Diagnostic("MLS0651", f"`{wrong[0]}` may not be set so: {wrong[1]}", span, f"remove `{wrong[0]}`")


def _weights(model: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    """Rows are weighted by what can weigh them: the estimator, and where `weights` names a column, its baseline's too."""
    spec = model.envelope.spec
    if spec.weights is None and spec.class_weight is None:
        return
    for route, estimator in estimators(spec):
        known = inputs.constructor_of(estimator.class_path)
        is_own = route == ("spec", "estimator")
        if is_own and spec.class_weight is not None and OWN in estimator.params:
            span = model.document.span((*route, "params", OWN), key=True)
            yield Diagnostic("MLS0637", f"`classWeight` and `{OWN}` both weigh classes", span, "keep `classWeight`, and remove this")
        by_itself = is_own and spec.weights is None and (known.parameters is None or OWN in known.parameters)
        if known.weighs is False and not by_itself and (spec.weights is not None or is_own):
            span = model.document.span((*route, "class"))
            yield Diagnostic("MLS0637", no_weights(estimator.class_path), span, OTHERS)


def _missing(model: Bound[Any], route: Route, path: str, known: Constructor) -> Diagnostic:
    meant = nearest(known.wrong, known.near)
    span = model.document.span(route)
    if known.not_installed and not (meant and meant == clear(known.wrong, known.near)):
        message = f"`{path}` can't be checked: {known.missing} on this machine"
        advice = extras.advice(path) or "install it and name it in the requirements, or mend its name"
        return Diagnostic("MLS0650", message, span, advice, severity="warning")
    if meant is None:
        return Diagnostic("MLS0650", f"`{path}`: {known.missing}", span, did_you_mean(known.wrong, known.near))
    text, whole = f"did you mean `{known.near[meant]}`?", known.near[meant]
    sure = meant == clear(known.wrong, known.near)
    return Diagnostic("MLS0650", f"`{path}`: {known.missing}", span, Advice(text, written(whole), path) if sure else text)
