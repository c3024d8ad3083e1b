"""Distances between two distributions of one column. No p-values: they cry drift at any size of data.

psi: population stability index, sum of (p - q) ln(p / q) over the bins (Siddiqi, Credit Risk Scorecards, 2006); a bin below 0.0001
counts as 0.0001. js: Jensen-Shannon distance, base 2, from 0 to 1 (Endres and Schindelin, IEEE Trans. Inf. Theory 49, 2003).
wasserstein: area between the quantile functions, in standard deviations of the reference; for numbers only.
Missing values are a bin of their own in psi and js.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlspec.runtime.validate.profile import QUANTILES

FLOOR = 1e-4


def distance(method: str, reference: Mapping[str, Any], current: Mapping[str, Any]) -> float | None:
    """The distance of two column profiles (the current one binned by the reference's edges); None when they can't be compared."""
    if method == "wasserstein":
        return _wasserstein(reference, current)
    pair = _bins(reference, current)
    if pair is None:
        return None
    return psi(*pair) if method == "psi" else jensen_shannon(*pair)


def psi(reference: np.ndarray[Any, Any], current: np.ndarray[Any, Any]) -> float:
    """Population stability index of two vectors of shares."""
    p, q = np.maximum(current, FLOOR), np.maximum(reference, FLOOR)
    return float(np.sum((p - q) * np.log(p / q)))


def jensen_shannon(reference: np.ndarray[Any, Any], current: np.ndarray[Any, Any]) -> float:
    """Jensen-Shannon distance of two vectors of shares."""
    middle = (reference + current) / 2
    return float(np.sqrt(max(0.0, (_divergence(reference, middle) + _divergence(current, middle)) / 2)))


def _divergence(p: np.ndarray[Any, Any], q: np.ndarray[Any, Any]) -> float:
    there = p > 0
    return float(np.sum(p[there] * np.log2(p[there] / q[there])))


def _bins(reference: Mapping[str, Any], current: Mapping[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    if "shares" in reference and "shares" in current:
        return _with_missing(reference, reference["shares"]), _with_missing(current, current["shares"])
    if "values" in reference and "values" in current:
        names = sorted({*reference["values"], *current["values"]})
        return _with_missing(reference, _by_value(reference, names)), _with_missing(current, _by_value(current, names))
    return None


def _by_value(profile: Mapping[str, Any], names: list[str]) -> list[float]:
    """The share of each named value, then of all others."""
    values = profile["values"]
    return [*(values.get(n, 0.0) for n in names), max(0.0, 1 - sum(values.values()))]


def _with_missing(profile: Mapping[str, Any], shares: list[float]) -> np.ndarray[Any, Any]:
    missing = float(profile["missingShare"])
    return np.array([*(s * (1 - missing) for s in shares), missing])


def _wasserstein(reference: Mapping[str, Any], current: Mapping[str, Any]) -> float | None:
    if not reference.get("quantiles") or not current.get("quantiles"):
        return None
    gap = np.abs(np.array(reference["quantiles"]) - np.array(current["quantiles"]))
    return float(np.trapezoid(gap, QUANTILES)) / (reference.get("std") or 1.0)
