"""One diagnostic code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """`title` in a few words; `explanation`: what it means, why it matters, how to fix it (Markdown)."""

    title: str
    explanation: str
