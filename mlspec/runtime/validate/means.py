"""The mean of floating-point numbers, such that nothing which is told of it hangs on the order in which they are added.

DuckDB adds in the order in which its threads come, a cluster in another. With Kahan's compensated sum (Communications of the ACM 8, 1965)
the error is below 1e-15 of the mean size, whatever the order; only where that could change the verdict or a digit that is shown are the
numbers added exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from mlspec.runtime import tables

_ERROR = 1e-15
_BITS, _LOW = 53, 2**27


def estimate(number: str) -> str:
    """SQL: the mean of a double, and the mean of its size, which its error is a part of; which is quick, and need not be exact."""
    return f"struct_pack(mean := favg({number}), size := avg(abs({number})))"


def settled(connection: Any, number: str, found: Mapping[str, float | None], verdict: Callable[[float | None], str | None]) -> float | None:
    """The mean: as estimated where the exact one is told alike, else the exact one, rounded once. None of no values."""
    mean, size = found["mean"], found["size"]
    if mean is None or size is None:
        return None
    ends = (mean - _ERROR * size, mean, mean + _ERROR * size)
    if np.isfinite(size) and len({(verdict(end), f"{end:.9g}", f"{end:.10g}") for end in ends}) == 1:
        return mean
    return exact(connection, number)


def exact(connection: Any, number: str) -> float | None:
    """The mean of a double over `data`: every number as whole ones of 26 and 27 bits, added up by their power of two.

    What has no sum (NaN, infinities of both signs) has no mean: NaN.
    """
    sums: dict[int, int] = {}
    count, odd = 0, 0.0
    for batch in tables.stream(connection, f"SELECT {number} AS x FROM data WHERE {number} IS NOT NULL"):
        values = batch.column(0).to_numpy(zero_copy_only=False)
        count += len(values)
        finite = np.isfinite(values)
        if not finite.all():
            with np.errstate(invalid="ignore"):
                odd += float(values[~finite].sum())
            values = values[finite]
        _add(sums, values)
    if not count or odd:
        return odd if count else None
    return float(sum(Fraction(total) * Fraction(2) ** power for power, total in sums.items()) / count)


def _add(sums: dict[int, int], values: np.ndarray[Any, Any]) -> None:
    """Add a batch of finite numbers, fewer than 2^26: no sum of a power leaves the whole numbers that a double holds."""
    if not len(values):
        return
    parts, powers = np.frexp(values)
    whole = np.ldexp(parts, _BITS)
    high = np.floor(whole / _LOW)
    low = whole - high * _LOW
    first = int(powers.min())
    for weights, factor in ((high, _LOW), (low, 1)):
        for at, total in enumerate(np.bincount(powers - first, weights)):
            if total:
                power = first + at - _BITS
                sums[power] = sums.get(power, 0) + int(total) * factor
