"""Methods of estimators and transformers: `fit` is what all is about."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlspec.setup.adopt.code import estimators
from mlspec.setup.adopt.code.calls import Call
from mlspec.setup.adopt.code.values import Answer, Estimator, Fit, Frame, Measured, Prepared, Series, Unknown
from mlspec.setup.adopt.facts import Gap

_FITS = ("fit", "fit_transform", "transform")
_ENCODERS = ("LabelEncoder", "LabelBinarizer")


def method(follower: Any, held: Estimator, function: ast.Attribute, call: Call) -> Any:  # noqa: PLR0911 - one ending a line
    name = function.attr
    is_transformer = estimators.name_of(held) in (*estimators.TRANSFORMERS, *_ENCODERS) or held.path in ("columns", "chain")
    if is_transformer and name in _FITS:
        return _transformed(held, name, call)
    if name in ("fit", "fit_predict") and call.given:
        _note(follower, held, call)
        return held if name == "fit" else Answer(held, call.place)
    if name in ("predict", "predict_proba", "decision_function"):
        return Answer(held, call.place)
    if name == "score":
        return Measured("", "score", call.place)
    if name == "set_params" and isinstance(function.value, ast.Name):
        call.scope.names[function.value.id] = replace(held, params={**held.params, **call.named})
        return call.scope.names[function.value.id]
    if name in _FITS and call.given:  # a transformer that has no place in `preprocess`
        return _lost(call.given[0], held, call)
    return None


def _note(follower: Any, held: Estimator, call: Call) -> None:
    target = call.argument(1, "y")
    odd = sorted(set(call.named) - {"X", "y"})
    gaps = tuple(Gap(call.place, f"`{name}` of `fit`") for name in odd if name != "verbose")
    lines = (call.node.end_lineno or call.node.lineno) - call.node.lineno
    follower.found.fits.append(Fit(replace(held, gaps=(*held.gaps, *gaps)), call.argument(0, "X"), target, call.place, lines))


def _transformed(held: Estimator, name: str, call: Call) -> Any:
    """Rows with a preprocessing on them. Fitted again for test rows or not: here it is always fitted on training rows."""
    given = call.given[0] if call.given else None
    if name == "fit" or given is None:
        return held
    if estimators.name_of(held) in _ENCODERS:
        return given  # classes keep their own names
    if isinstance(given, Series) and given.column:
        given = replace(given.frame, only=(given.column,), only_place=given.place)
    if not isinstance(given, Frame):
        return given if isinstance(given, Unknown) else Unknown(call.place, f"`{call.code}`")
    found, gaps = estimators.prepared(held, given.only)
    return replace(given, prepared=tuple(estimators.merged([*given.prepared, *found])), gaps=tuple(dict.fromkeys((*given.gaps, *gaps))))


def _lost(given: Any, held: Estimator, call: Call) -> Any:
    if isinstance(given, Frame):
        return given.gap(call.place, f"`{held.path}`, which `preprocess` has no word for")
    return Unknown(call.place, f"`{call.code}`")


__all__ = ["Mapping", "Prepared", "method"]
