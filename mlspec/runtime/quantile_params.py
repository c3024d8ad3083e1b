"""How estimators are told which quantile to fit. Light: the compiler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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


def quantile_param(class_path: str, declared: str | None) -> QuantileParam | None:
    """The parameter that the spec declares, else the one that is known of the class; None for neither."""
    return QuantileParam(declared) if declared else KNOWN.get(class_path)


def taken(class_path: str, declared: str | None, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """(param, why it may not be set) for the first param that the levels set themselves, to something else; None where none is."""
    found = quantile_param(class_path, declared)
    if found is None:
        return None
    if found.name in params:
        return found.name, "each of `quantiles` is set there"
    wrong = next((name for name, value in found.loss.items() if params.get(name, value) != value), None)
    return (wrong, f"`{found.loss[wrong]}` is what fits a quantile") if wrong else None
