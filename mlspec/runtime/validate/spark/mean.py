"""The mean of floating-point numbers on a cluster, exact: as the sum of whole numbers, which no order of adding changes.

A double is a whole number of 53 bits times a power of two. Numbers are grouped by their size, 16 powers of two to a group, and made whole
by a power of two, which loses nothing; what is summed are two parts of each, below 2^31 and 2^40, in decimals of 38 digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

_STEP, _SHIFT, _HALF = 16, 54, 2**40


def query(value: str, relation: str, condition: str | None) -> str:
    """SQL for Spark: a row a group, (group, count, sum of high parts, sum of low parts); the group is NULL for what has no sum to add."""
    where = f" AND ({condition})" if condition else ""
    finite = "NOT (isnan(x) OR abs(x) = CAST('Infinity' AS DOUBLE) OR x = 0D)"
    group = f"CASE WHEN {finite} THEN CAST(floor(log2(abs(x)) / {_STEP}D) AS INT) END"
    power = f"CAST({_SHIFT // 2} - {_STEP // 2} * g AS DOUBLE)"
    scaled = f"x * pow(2D, {power}) * pow(2D, {power})"
    high = f"floor(t / {_HALF}D)"
    rows = f"SELECT {value} AS x FROM {relation} WHERE {value} IS NOT NULL{where}"
    whole = f"SELECT g, x, CASE WHEN g IS NOT NULL THEN {scaled} END AS t FROM (SELECT {group} AS g, x FROM ({rows}))"
    low = f"CAST(t - {high} * {_HALF}D AS BIGINT)"
    parts = f"SELECT g, x, CAST({high} AS DECIMAL(38, 0)) AS h, CAST({low} AS DECIMAL(38, 0)) AS l FROM ({whole})"
    odd = "CASE WHEN g IS NULL THEN sum(x) END"
    return f"SELECT g, count(*) AS n, sum(h) AS h, sum(l) AS l, {odd} AS odd FROM ({parts}) GROUP BY g"


def of(groups: Iterable[tuple[int | None, int, Decimal | None, Decimal | None, float | None]]) -> float | None:
    """The mean of the groups, rounded once; None of none. Endless numbers and NaN are added as IEEE 754 has it."""
    total, count = Fraction(0), 0
    for group, rows, high, low, odd in groups:
        count += rows
        if group is None:
            if odd is not None and (odd != odd or abs(odd) == float("inf")):  # noqa: PLR0124 - NaN
                return odd
            continue
        total += Fraction(int(high or 0) * _HALF + int(low or 0)) * Fraction(2) ** (_STEP * group - _SHIFT)
    return float(total / count) if count else None
