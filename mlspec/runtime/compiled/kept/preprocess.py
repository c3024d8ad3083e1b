"""The preprocessing of a form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.runtime.compiled.columns import ADD, DIVIDE, MULTIPLY, SUBTRACT, Category, Column, Number
from mlspec.runtime.compiled.preprocess import Preprocess

STEPS: Mapping[str, Any] = {"subtract": SUBTRACT, "divide": DIVIDE, "multiply": MULTIPLY, "add": ADD}


def columns_of(facts: Sequence[Mapping[str, Any]]) -> Preprocess:
    """The preprocessing, of a form's facts."""
    columns: list[Column] = []
    for fact in facts:
        if "number" in fact:
            source, place, fill, steps = fact["number"]
            chain = tuple((STEPS[name], operand) for name, operand in steps)
            columns.append(Number(source, place, math.nan if fill is None else fill, chain))
        else:
            source, place, codes, *rest = fact["category"]
            columns.append(Category(source, place, dict(codes), *rest))
    return Preprocess(columns)
