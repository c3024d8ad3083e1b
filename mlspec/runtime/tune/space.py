"""The values that a search may try: each parameter's, and which parameters count beside which."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Params = dict[str, Any]
DIGITS = 12
"""Significant digits of a number that is tried: the last bits of logarithms differ between machines."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter and its values: `choices`, or from `low` to `high`, both of them tried. `when`: {other parameter: its values}."""

    name: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    whole: bool = False
    choices: tuple[Any, ...] | None = None
    when: Mapping[str, tuple[Any, ...]] | None = None

    def counts_beside(self, others: Mapping[str, Any]) -> bool:
        """Whether it is tried together with these values of others."""
        when = self.when or {}
        return all(name in others and any(same(others[name], value) for value in values) for name, values in when.items())

    @property
    def steps(self) -> int | None:
        """How many values a stepped range has; None for any number."""
        step = self.step or (1.0 if self.whole else None)
        return None if step is None else math.floor((self.high - self.low) / step + 1e-9) + 1

    def at(self, share: float) -> Any:
        """The value at a share of the way, 0 <= share < 1, along its scale."""
        if self.choices is not None:
            return self.choices[int(share * len(self.choices))]
        if self.log:
            margin = 0.5 if self.whole else 0.0
            low, high = math.log(self.low - margin), math.log(self.high + margin)
            return self.clean(math.exp(low + share * (high - low)))
        if self.steps is not None:
            return self.clean(self.low + int(share * self.steps) * (self.step or 1.0))
        return self.clean(self.low + share * (self.high - self.low))

    def clean(self, value: float) -> Any:
        """A number as it is tried and written: in the range, whole where it must be, of DIGITS digits."""
        inside = min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)
        return round(inside) if self.whole else inside

    def grid(self) -> tuple[Any, ...]:
        """Every value. Only for choices, whole numbers and steps (`mlspec validate` says so)."""
        if self.choices is not None:
            return self.choices
        return tuple(self.clean(self.low + i * (self.step or 1.0)) for i in range(self.steps or 1))


def same(one: Any, other: Any) -> bool:
    """Whether two values of YAML are the same: 1, 1.0 and true are three."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def space_of(declared: Mapping[str, Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """The parameters of a section's `space`, in its order, those with conditions last."""
    found = [_parameter(name, form) for name, form in declared.items()]
    return tuple(sorted(found, key=lambda one: one.when is not None))


def _parameter(name: str, form: Mapping[str, Any]) -> Parameter:
    when = {other: tuple(values) for other, values in form["when"].items()} if form.get("when") else None
    if form.get("choices") is not None:
        return Parameter(name, choices=tuple(form["choices"]), when=when)
    whole = form.get("type") == "integer"
    return Parameter(name, float(form["low"]), float(form["high"]), bool(form.get("log")), form.get("step"), whole, None, when)


def drawn(space: tuple[Parameter, ...], seed: int, number: int) -> Params:
    """The parameters of a trial by its number alone: hashed, so that no library's generator decides, today or later."""
    found: Params = {}
    for one in space:
        if one.counts_beside(found):
            digest = hashlib.sha256(json.dumps([seed, number, one.name]).encode()).digest()
            found[one.name] = one.at((int.from_bytes(digest[:8]) >> 11) / 2**53)
    return found


def grid(space: tuple[Parameter, ...]) -> Iterator[Params]:
    """Every setting, the last parameter changing fastest; without the values of parameters that don't count, and none twice."""
    seen = set[str]()
    for values in itertools.product(*(one.grid() for one in space)):
        found: Params = {}
        for one, value in zip(space, values, strict=True):
            if one.counts_beside(found):
                found[one.name] = value
        key = json.dumps(found, sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield found
