"""How much a file of specs may hold. Tests lower the limits: a small file then shows what a huge one meets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`size`: bytes of a file; `depth`: levels of nesting, aliases followed; `values`: values of a document, aliases counted as often as
    they are used; `digits`: characters of a number.
    """

    size: int = 4_000_000
    depth: int = 64
    values: int = 200_000
    digits: int = 400


LIMITS = Limits()
