"""What a parameter of a constructor may be, as a value; `class_constraints` reads it in the library's own text.

The words are scikit-learn's own constraints (`sklearn.utils._param_validation`), and so is what each lets pass: nothing is refused here
that its `fit` would take.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics.suggest import backticked
from mlspec.runtime.nested import nested_of


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers between two ends (None: no end); `whole`: integers; `parted`: no integers. An end counts where it is `closed`."""

    low: float | None = None
    high: float | None = None
    closed_low: bool = True
    closed_high: bool = True
    whole: bool = False
    parted: bool = False

    def permits(self, value: Any) -> bool:
        """As Python has it, true and false are the integers 1 and 0."""
        if not isinstance(value, int | float) or (self.whole and not isinstance(value, int)) or (self.parted and isinstance(value, int)):
            return False
        low, high = -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high
        return (value >= low if self.closed_low else value > low) and (value <= high if self.closed_high else value < high)

    @property
    def words(self) -> str:
        noun = "an integer" if self.whole else "a float" if self.parted else "a number"
        low = "" if self.low is None else f"{'of at least' if self.closed_low else 'above'} {self.low:,.10g}"
        high = "" if self.high is None else f"{'at most' if self.closed_high else 'below'} {self.high:,.10g}"
        return " ".join(filter(None, (noun, " and ".join(filter(None, (low, high))))))


@dataclass(frozen=True, slots=True)
class Words:
    """One of these words; None: they are told when the library runs, and any may be one."""

    of: frozenset[str] | None

    def permits(self, value: Any) -> bool:
        return isinstance(value, str) and (self.of is None or value in self.of)

    @property
    def words(self) -> str:
        return "a word" if self.of is None else backticked(self.of) if len(self.of) == 1 else f"one of {backticked(self.of)}"


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of YAML of these types, called `words`. Of no types: what `class:` or `callable:` builds; without words: what no spec has."""

    types: tuple[type, ...]
    words: str

    def permits(self, value: Any) -> bool:
        return isinstance(value, self.types)


Rule = Range | Words | Typed


@dataclass(frozen=True, slots=True)
class Allowed:
    """A value is allowed by any of the `rules`; of these only the first `told` are for users."""

    rules: tuple[Rule, ...]
    told: int

    def permits(self, value: Any) -> bool:
        """Of what is built (`class:`, `callable:`), or comes from a variable, nothing is said."""
        if nested_of(value) is not None or (isinstance(value, str) and "${" in value):
            return True
        return any(rule.permits(value) for rule in self.rules)

    @property
    def words(self) -> str:
        """What it may be, as part of a sentence."""
        kinds = list(dict.fromkeys(rule.words for rule in self.rules[: self.told] if rule.words))
        return "".join(kinds) if len(kinds) < 2 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"

    @property
    def options(self) -> Sequence[str]:
        """The words that it may be."""
        return sorted(word for rule in self.rules[: self.told] if isinstance(rule, Words) for word in rule.of or ())


AllowedOf = Mapping[str, Allowed]
