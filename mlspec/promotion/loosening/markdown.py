"""What was loosened, as people read it in pull requests. All text that is not ours is a span of code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mlspec.diagnostics.words import rest
from mlspec.reports.document import Bullets
from mlspec.reports.spans import Code, Inline, Span, Strong

MOST = 30
MARK = "🔴"


class Told(Protocol):
    """What a line tells: as Loosened has it, or as a report of CI does."""

    @property
    def what(self) -> str: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str | None: ...
    @property
    def owner(self) -> str | None: ...


def loosened_lines(found: Sequence[tuple[str, str, Told]]) -> Bullets:
    """A line for each of (object, place, what it is): what it was and is, and who is to be asked."""
    lines: list[Inline] = [_line(*one) for one in found[:MOST]]
    return Bullets((*lines, *([rest(len(found), MOST)] if len(found) > MOST else [])))


def _line(ref: str, place: str, told: Told) -> Inline:
    moved: tuple[Span, ...] = (": ", _said(told.before), " → ", _said(told.after)) if told.before or told.after else ()
    owner: tuple[Span, ...] = ("ask ", Code(told.owner)) if told.owner else ("nobody owns it: ask whoever owns the project",)
    return (f"{MARK} ", Strong("loosened"), " ", Code(ref), ": ", Code(told.what), *moved, " (", Code(place), "); ", *owner)


def _said(text: str | None) -> Span:
    return Code(text, 120) if text else "nothing"
