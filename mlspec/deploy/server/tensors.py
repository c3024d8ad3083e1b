"""One input tensor of the Open Inference Protocol v2 -> one column of plain values, None for missing.

Every refusal names the input and says what to send instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlspec.deploy.server.errors import RequestError
from mlspec.runtime.signature import Feature

FLOATS = ("FP64", "FP32", "FP16")
SIGNED = {f"INT{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)}
INTEGERS = SIGNED | {f"UINT{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)}
DATATYPES = {"integer": "INT64", "number": "FP64", "boolean": "BOOL", "string": "BYTES", "date": "BYTES", "timestamp": "BYTES"}
"""The Open Inference Protocol's datatype that fits each type of a feature best."""
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "number": (*FLOATS, *INTEGERS),
    "integer": (*INTEGERS, *FLOATS),
    "boolean": ("BOOL",),
    "string": ("BYTES",),
    "date": ("BYTES",),
    "timestamp": ("BYTES",),
}
SHOWN = {
    "number": "FP64, FP32, INT64 or INT32",
    "integer": "INT64, INT32, FP64 or FP32",
    "boolean": "BOOL",
    "string": "BYTES",
    "date": "BYTES (such as 2026-11-21)",
    "timestamp": "BYTES (such as 2026-11-21T08:00:00)",
}
_NULL = type(None)
_PYTHON: Mapping[str, tuple[set[type], str]] = {"BOOL": ({bool, _NULL}, "true, false or null"), "BYTES": ({str, _NULL}, "strings or null")}


def column(tensor: Mapping[str, Any], feature: Feature, *, is_key: bool = False) -> list[Any]:
    """Return the tensor's n values. Raises RequestError when shape, datatype and data do not fit each other or the feature.

    `is_key`: it is compared, and nothing is computed with it, so that a whole number may have all its digits.
    """
    datatype = _datatype(tensor, feature)
    rows = _rows(tensor.get("shape"), feature.name)
    values = _flat(tensor.get("data"), feature.name)
    if len(values) != rows:
        raise RequestError(f"input `{feature.name}`: the shape says {rows} values, and `data` holds {len(values)}")
    _check_values(values, datatype, feature)
    if not is_key and datatype not in _PYTHON:
        _check_exact(values, feature)
    return values


def _datatype(tensor: Mapping[str, Any], feature: Feature) -> str:
    datatype = tensor.get("datatype")
    if not isinstance(datatype, str) or datatype not in ACCEPTED[feature.type]:
        given = f"is {datatype!r}"[:60] if datatype is not None else "is missing"
        raise RequestError(f"input `{feature.name}`: the datatype {given}; this {feature.type} takes {SHOWN[feature.type]}")
    return datatype


def _rows(shape: Any, name: str) -> int:
    """The number of rows n of a shape [n] or [n, 1]."""
    sound = isinstance(shape, list) and len(shape) in (1, 2) and all(type(d) is int and d >= 0 for d in shape)
    if not sound or (len(shape) == 2 and shape[1] != 1):
        raise RequestError(f"input `{name}`: the shape must be [n] or [n, 1], one value a row")
    if shape[0] == 0:
        raise RequestError(f"input `{name}`: the shape says 0 rows; send at least one")
    return int(shape[0])


def _flat(data: Any, name: str) -> list[Any]:
    """`data` in row-major order; nested rows of one value are opened."""
    if not isinstance(data, list):
        raise RequestError(f"input `{name}`: `data` must be a list of values")
    if list not in set(map(type, data)):
        return data
    if not all(isinstance(row, list) and len(row) == 1 and not isinstance(row[0], list) for row in data):
        raise RequestError(f"input `{name}`: nested `data` must hold one value a row, as in [[1], [2]]")
    return [row[0] for row in data]


def _check_values(values: list[Any], datatype: str, feature: Feature) -> None:
    if datatype in _PYTHON:
        _check_types(values, *_PYTHON[datatype], datatype, feature.name)
    elif datatype in INTEGERS:
        _check_types(values, {int, _NULL}, "whole numbers or null", datatype, feature.name)
        _check_range(values, datatype, feature.name)
    else:
        _check_types(values, {int, float, _NULL}, "numbers or null", datatype, feature.name)
        _check_finite(values, feature)


def _check_types(values: list[Any], allowed: set[type], words: str, datatype: str, name: str) -> None:
    if set(map(type, values)) <= allowed:
        return
    row = next(i for i, v in enumerate(values) if type(v) not in allowed)
    raise RequestError(f"input `{name}`, row {row}: {datatype} takes {words}, not {_json_type(values[row])}")


def _check_range(values: list[Any], datatype: str, name: str) -> None:
    low, high = INTEGERS[datatype]
    row = next((i for i, v in enumerate(values) if v is not None and not low <= v <= high), None)
    if row is not None:
        raise RequestError(f"input `{name}`, row {row}: the number is outside {datatype} ({low} to {high})")


def _check_finite(values: list[Any], feature: Feature) -> None:
    """Numbers must fit a double; an integer feature that comes as FP must hold whole numbers."""
    for row, value in enumerate(values):
        if value is None:
            continue
        if not -1.7976931348623157e308 <= value <= 1.7976931348623157e308 or math.isnan(value):
            raise RequestError(f"input `{feature.name}`, row {row}: the number is not finite in FP64; null stands for missing")
        if feature.type == "integer" and value != int(value):
            raise RequestError(f"input `{feature.name}`, row {row}: this feature takes whole numbers")


def _check_exact(values: list[Any], feature: Feature) -> None:
    """A model computes with FP64: a whole number that it would round to another one (an id, most likely) is no feature."""
    if feature.type != "integer":
        return
    row = next((i for i, v in enumerate(values) if type(v) is int and int(float(v)) != v), None)
    if row is not None:
        what = "the number would lose digits: a model computes in FP64, which is exact up to 2**53"
        raise RequestError(f"input `{feature.name}`, row {row}: {what}")


def _json_type(value: Any) -> str:
    names = {bool: "a boolean", int: "a number", float: "a fraction", str: "a string", list: "a list", dict: "an object", _NULL: "null"}
    return names.get(type(value), "that")
