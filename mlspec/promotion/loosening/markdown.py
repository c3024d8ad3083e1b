"""What was loosened, as people read it in pull requests. All text that is not ours stands in code spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mlspec.diagnostics.words import rest
from mlspec.reports.markdown import code

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


def loosened_lines(found: Sequence[tuple[str, str, Told]]) -> str:
    """A line for each of (object, place, what it is): what it was and is, and who is to be asked."""
    lines = [_line(*one) for one in found[:MOST]]
    return "\n".join([*lines, *([f"- {rest(len(found), MOST)}"] if len(found) > MOST else [])]) + "\n"


def _line(ref: str, place: str, told: Told) -> str:
    moved = f": {_said(told.before)} → {_said(told.after)}" if told.before or told.after else ""
    owner = f"ask {code(told.owner)}" if told.owner else "nobody owns it: ask whoever owns the project"
    return f"- {MARK} **loosened** {code(ref)}: {code(told.what)}{moved} ({code(place)}); {owner}"


def _said(text: str | None) -> str:
    return code(text, 120) if text else "nothing"
