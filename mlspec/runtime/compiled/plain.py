"""Values as requests bring them -> values as `inputs.prepare` makes them, one by one, without pandas.

Only what is certain is converted here; for the rest a conversion says so, and `prepare` converts or refuses in its own words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlspec.runtime.compiled.refused import LONG_NUMBER, OTHER_TIME, OTHER_VALUE, TEXT, UnsureError
from mlspec.runtime.signature import Feature, Signature

Conversion = Callable[[Any], Any]
NAN = float("nan")
EXACT = 2**53
"""Whole numbers below it are doubles, each its own."""
_LARGEST = 1.7976931348623157e308
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?", re.ASCII)
_EPOCH, _DAY = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), 86400
_SURE_YEARS = range(1700, 2200)
"""Years that every library's time holds, whatever it counts in."""


def conversions(signature: Signature) -> tuple[Conversion, ...]:
    """The conversion of each feature, in order. Each raises UnsureError for a value that it does not know."""
    return tuple(_conversion(f) for f in signature.features)


def prepared_rows(convert: Sequence[Conversion], names: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows of prepared values, of equally long columns of plain values. Raises UnsureError."""
    return list(zip(*(map(c, columns[name]) for c, name in zip(convert, names, strict=True)), strict=True))


def _conversion(feature: Feature) -> Conversion:
    if feature.kind == "text":
        return _unsure
    known: Mapping[str, Conversion] = {
        "number": _number,
        "integer": _whole,
        "boolean": _truth,
        "string": _category,
        "timestamp": _moment,
        "date": _date,
    }
    return known[feature.type]


def _unsure(_: Any) -> Any:
    raise UnsureError(TEXT)


def _number(value: Any) -> float:
    kind = type(value)
    if kind is float and -_LARGEST <= value <= _LARGEST:
        return value  # type: ignore[no-any-return]
    if value is None:
        return NAN
    if kind is int and -EXACT < value < EXACT:
        return float(value)
    raise UnsureError(_of_number(value))


def _whole(value: Any) -> float:
    if value is None:
        return NAN
    if type(value) in (int, float) and -EXACT < value < EXACT and value == int(value):
        return float(value)
    raise UnsureError(_of_number(value))


def _of_number(value: Any) -> str:
    return LONG_NUMBER if type(value) in (int, float) and not -EXACT < value < EXACT else OTHER_VALUE


def _truth(value: Any) -> float:
    if value is None:
        return NAN
    if type(value) is bool:
        return float(value)
    raise UnsureError(OTHER_VALUE)


def _category(value: Any) -> Any:
    if value is None:
        return NAN
    if type(value) is str:
        return value
    raise UnsureError(OTHER_VALUE)


def _moment(value: Any) -> float:
    if value is None:
        return NAN
    if type(value) is not str or not _MOMENT.fullmatch(value):
        raise UnsureError(OTHER_TIME)
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        raise UnsureError(OTHER_TIME) from None
    if found.year not in _SURE_YEARS:
        raise UnsureError(OTHER_TIME)
    return float((found.replace(tzinfo=dt.UTC) - _EPOCH) // dt.timedelta(seconds=1))


def _date(value: Any) -> float:
    found = _moment(value)
    if found == found and found % _DAY:  # noqa: PLR0124 - NaN
        raise UnsureError(OTHER_TIME)
    return found
