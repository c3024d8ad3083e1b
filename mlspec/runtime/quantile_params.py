"""How estimators are told which quantile to fit. Light: the compiler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.runtime.nested import nested_of


@dataclass(frozen=True, slots=True)
class QuantileParam:
    """`name`: the constructor's parameter that takes the level. `loss`: what else makes a quantile's fit of it."""

    name: str
    loss: Mapping[str, Any] = field(default_factory=dict)


KNOWN = {
    "sklearn.ensemble.HistGradientBoostingRegressor": QuantileParam("quantile", {"loss": "quantile"}),
    "sklearn.ensemble.GradientBoostingRegressor": QuantileParam("alpha", {"loss": "quantile"}),
    "sklearn.linear_model.QuantileRegressor": QuantileParam("quantile"),
    "sklearn.dummy.DummyRegressor": QuantileParam("quantile", {"strategy": "quantile"}),
    "lightgbm.LGBMRegressor": QuantileParam("alpha", {"objective": "quantile"}),
    "xgboost.XGBRegressor": QuantileParam("quantile_alpha", {"objective": "reg:quantileerror"}),
}
"""By class path; each is documented so by its library."""


def quantile_param(class_path: str, declared: str | None, params: Mapping[str, Any]) -> QuantileParam | None:
    """The parameter that the spec declares, else the one that is known of the class; None for neither.

    What else makes a quantile's fit of a known class is set also where the parameter is declared, for it or for an object within
    (`regressor__quantile`): without it every level would be the same mean.
    """
    if not declared:
        return KNOWN.get(class_path)
    prefix, name, known, _ = _meant(class_path, declared, params)
    return QuantileParam(declared, {f"{prefix}{n}": v for n, v in known.loss.items()} if known and known.name == name else {})


def misnamed(class_path: str, declared: str | None, params: Mapping[str, Any]) -> str | None:
    """How the parameter is called that takes the level, where another one of a known class is declared; None else."""
    prefix, name, known, _ = _meant(class_path, declared or "", params)
    return f"{prefix}{known.name}" if declared and known and known.name != name else None


def taken(class_path: str, declared: str | None, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """(param, why it may not be set) for the first param that the levels set themselves, to something else; None where none is."""
    found = quantile_param(class_path, declared, params)
    if found is None:
        return None
    prefix, _, _, inner = _meant(class_path, declared or "", params)
    given = {**{f"{prefix}{name}": value for name, value in inner.items()}, **params}
    if found.name in given:
        return found.name, "each of `quantiles` is set there"
    wrong = next((name for name, value in found.loss.items() if given.get(name, value) != value), None)
    return (wrong, f"`{found.loss[wrong]}` is what fits a quantile") if wrong else None


def _meant(class_path: str, declared: str, params: Mapping[str, Any]) -> tuple[str, str, QuantileParam | None, Mapping[str, Any]]:
    """Of `regressor__quantile`: `regressor__`, `quantile`, what is known of the class of that object, and the params it is built with."""
    *way, name = declared.split("__")
    prefix = "".join(f"{part}__" for part in way)
    for part in way:
        inner = nested_of(_within(params, part))
        if inner is None:
            return prefix, name, None, {}
        class_path, params = inner.class_path, inner.params
    return prefix, name, KNOWN.get(class_path), params


def _within(params: Mapping[str, Any], part: str) -> Any:
    """A param, or the second of a pair that is called so, in a list of such (the steps of a pipeline)."""
    if part in params:
        return params[part]
    pairs = (pair for value in params.values() if isinstance(value, list | tuple) for pair in value)
    return next((pair[1] for pair in pairs if isinstance(pair, list | tuple) and len(pair) > 1 and pair[0] == part), None)
