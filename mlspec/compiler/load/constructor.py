"""What is known of a class that a spec names, as a value; `class_source` finds it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlspec.compiler.load.allowed import AllowedOf


@dataclass(frozen=True, slots=True)
class Constructor:
    """What is known of a class. `parameters`: None when it takes any, or nobody can tell."""

    parameters: tuple[str, ...] | None = None
    missing: str = ""
    """What is not there, as a sentence."""
    wrong: str = ""
    """The part of the path that is not there."""
    near: Mapping[str, str] = field(default_factory=dict)
    """What could stand in its place, and the whole path then."""
    not_installed: bool = False
    """Whether it is a package that is not there: it may be where the stages run."""
    allowed: AllowedOf = field(default_factory=dict)
    """What its parameters may be, as far as that is told."""

    weighs: bool | None = None
    """Whether its `fit` takes `sample_weight`; None when nobody can tell."""


ConstructorOf = Callable[[str], Constructor]
"""A dotted class path -> what is known of it."""


def nobody_knows(path: str) -> Constructor:
    """The `ConstructorOf` of specs that are compiled for another machine than this."""
    del path
    return Constructor()
