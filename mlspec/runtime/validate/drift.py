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

from mlspec.diagnostics.words import percent
from mlspec.runtime.clean.casting import is_number
from mlspec.runtime.validate.profile import QUANTILES, TOP_VALUES

FLOOR = 1e-4
MOST_OTHERS = 0.5
"""Frequent values are compared one by one; when the others are more than this share on both sides, their exchange would not be seen."""


class NotComparable(Exception):
    """Two profiles have no distance; the message says why."""


def distance(method: str, reference: Mapping[str, Any], current: Mapping[str, Any]) -> float:
    """The distance of two column profiles (the current one binned by the reference's edges). Raises NotComparable."""
    then, now = _word(reference), _word(current)
    if then != now:
        raise NotComparable(f"{then} then, {now} now")
    if method == "wasserstein":
        return _wasserstein(reference, current)
    return psi(*_bins(reference, current)) if method == "psi" else jensen_shannon(*_bins(reference, current))


def _word(profile: Mapping[str, Any]) -> str:
    kind = str(profile["type"])
    return "number" if is_number(kind) else {"VARCHAR": "text"}.get(kind, kind.casefold())


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


def _bins(reference: Mapping[str, Any], current: Mapping[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    if "shares" in reference and "shares" in current:
        return _with_missing(reference, reference["shares"]), _with_missing(current, current["shares"])
    names = sorted({*reference["values"], *current["values"]})
    pair = _by_value(reference, names), _by_value(current, names)
    if all(profile["values"] and others[-1] > MOST_OTHERS for profile, others in zip((reference, current), pair, strict=True)):
        raise NotComparable(
            f"so many values that all but the {TOP_VALUES} most frequent ones are {percent(min(p[-1] for p in pair))} of it"
        )
    return _with_missing(reference, pair[0]), _with_missing(current, pair[1])


def _by_value(profile: Mapping[str, Any], names: list[str]) -> list[float]:
    """The share of each named value, then of all others."""
    values = profile["values"]
    return [*(values.get(n, 0.0) for n in names), max(0.0, 1 - sum(values.values()))]


def _with_missing(profile: Mapping[str, Any], shares: list[float]) -> np.ndarray[Any, Any]:
    missing = float(profile["missingShare"])
    return np.array([*(s * (1 - missing) for s in shares), missing])


def _wasserstein(reference: Mapping[str, Any], current: Mapping[str, Any]) -> float:
    for profile, when in ((reference, "then"), (current, "now")):
        if not profile.get("quantiles"):
            raise NotComparable(f"every value was missing {when}" if when == "then" else "every value is missing now")
    gap = np.abs(np.array(reference["quantiles"]) - np.array(current["quantiles"]))
    return float(np.trapezoid(gap, QUANTILES)) / (reference.get("std") or 1.0)
