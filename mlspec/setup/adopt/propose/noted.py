"""Values of a proposal with their places, as comments in the YAML and as facts in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.language.yaml.write import Commented
from mlspec.setup.adopt.code.values import Const
from mlspec.setup.adopt.facts import Fact, Gap, Place, Sure
from mlspec.setup.init.notes import comment


@dataclass(slots=True)
class Notes:
    """Facts and gaps of one object. `about`: the object, as `model/churn`."""

    about: str
    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def fact(self, key: str, value: Any, place: Place, sure: Sure, how: str = "") -> Any:
        """Note a fact; return the value with its place behind it. Of a list the first item carries the comment."""
        self.facts.append(Fact(self.about, key, shown(value), place, sure, how))
        text = comment(f"{place}, {sure}" + (f": {how}" if how else ""))
        return _commented(value, text)

    def const(self, key: str, given: Const, how: str = "") -> Any:
        """The same, of a value that was followed."""
        return self.fact(key, given.value, given.place, given.sure, how)


def _commented(value: Any, text: str) -> Any:
    if isinstance(value, dict) and value:
        first, *rest = value.items()
        return {first[0]: _commented(first[1], text), **dict(rest)}
    if isinstance(value, list | tuple) and value:
        return [_commented(value[0], text), *value[1:]]
    return value if isinstance(value, dict | list | tuple) else Commented(value, text)


def shown(value: Any) -> str:
    """A value in one line of a bearable length, for tables."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:99] + "…"


def unique(gaps: Sequence[Gap]) -> list[Gap]:
    return list(dict.fromkeys(gaps))
