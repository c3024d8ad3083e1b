"""Requests of one row in their plainest form -> prepared values, without the checks that name what is wrong.

Nothing is refused here: what is not plain, or not sound, is None, and `request.py` reads it with all its checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.deploy.server.tensors import ACCEPTED, INTEGERS
from mlspec.runtime.compiled.plain import EXACT, NAN, Conversion, conversions
from mlspec.runtime.compiled.refused import LONG_NUMBER, UnsureError
from mlspec.runtime.signature import Feature, Signature

Spots = Mapping[str, tuple[int, Mapping[str, Conversion]]]


def spots(signature: Signature) -> Spots:
    """Where each input goes, and how its value is read by datatype."""
    found = zip(signature.features, conversions(signature), strict=True)
    return {f.name: (i, {d: _reading(f, d, convert) for d in ACCEPTED[f.type]}) for i, (f, convert) in enumerate(found)}


def _reading(feature: Feature, datatype: str, convert: Conversion) -> Conversion:
    if datatype not in INTEGERS or feature.kind == "text":
        return convert
    low, high = INTEGERS[datatype]
    low, high = max(low, 1 - EXACT), min(high, EXACT - 1)

    def whole(value: Any) -> float:
        if type(value) is int and low <= value <= high:
            return float(value)
        if value is None:
            return NAN
        raise UnsureError(LONG_NUMBER)

    return whole


def read_row(inputs: Any, places: Spots) -> Sequence[Any] | None:
    """The row's values, as `inputs.prepare` makes them, in the signature's order."""
    if type(inputs) is not list or len(inputs) != len(places):
        return None
    row: list[Any] = [None] * len(places)  # no prepared value is None
    try:
        for tensor in inputs:
            place, readings = places[tensor["name"]]
            shape, data = tensor["shape"], tensor["data"]
            if row[place] is not None or type(data) is not list or len(data) != 1:
                return None
            if type(shape[0]) is not int or (shape != _ONE and shape != _ONE_BY_ONE):  # noqa: PLR1714 - `in` takes longer
                return None
            row[place] = readings[tensor["datatype"]](data[0])
    except (LookupError, TypeError, UnsureError):
        return None
    return row


_ONE, _ONE_BY_ONE = [1], [1, 1]
