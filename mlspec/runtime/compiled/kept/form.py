"""compiled.json and compiled.bin: facts, and the arrays that they name, as raw bytes in little-endian order. Nothing in them is code."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from mlspec.diagnostics.atomic import to_json
from mlspec.runtime.artifact import ARRAYS, FACTS
from mlspec.runtime.compiled.scorer import Array

FORM = 1
"""Counts up when what is here is read otherwise; a form of another number is not used."""
_DTYPES = {"f8": "<f8", "i4": "<i4", "u1": "|u1"}
_LIBRARIES = ("numpy", "scipy", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Form:
    """`facts`: JSON. `arrays`: doubles, int32 and bytes by name, one or two axes, in C or Fortran order."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, Array]

    def files(self) -> dict[str, bytes]:
        """{name: bytes}: the same bytes for the same form."""
        order = sorted(self.arrays)
        told = [[name, _kind(self.arrays[name]), list(self.arrays[name].shape), _order(self.arrays[name])] for name in order]
        data = b"".join(self.arrays[name].astype(_DTYPES[_kind(self.arrays[name])]).tobytes(_order(self.arrays[name])) for name in order)
        return {FACTS: to_json({"form": FORM, "arrays": told, **self.facts}).encode(), ARRAYS: data}


def _kind(array: Array) -> str:
    return f"{array.dtype.kind}{array.dtype.itemsize}"


def _order(array: Array) -> Any:
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def read_form(files: Mapping[str, bytes]) -> Form | None:
    """What `Form.files` gave; None for another form, and where there is none. The bytes' digest must have been compared.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    if FACTS not in files or ARRAYS not in files:
        return None
    facts = json.loads(files[FACTS])
    if facts["form"] != FORM:
        return None
    arrays, start = {}, 0
    for name, kind, shape, order in facts["arrays"]:
        dtype = np.dtype(_DTYPES[kind])
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(files[ARRAYS], dtype, count, start).reshape(shape, order=order)
        start += count * dtype.itemsize
    if start != len(files[ARRAYS]):
        raise ValueError(f"{ARRAYS} holds {len(files[ARRAYS])} bytes in place of {start}")
    return Form({name: value for name, value in facts.items() if name not in ("form", "arrays")}, arrays)


def installed() -> dict[str, str]:
    """The versions that a proof holds for: of Python, and of the numeric libraries, none of which is imported for it."""
    return {"python": ".".join(platform.python_version_tuple()[:2])} | {name: metadata.version(name) for name in _LIBRARIES}
