"""Machine-applicable fixes: what a diagnostic would have you write, as edits of the file's text.

`Advice` is a help line that also knows what to write in the place of the diagnostic's span; a `Diagnostic` made with one carries a `Fix`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from mlspec.diagnostics.diagnostic import Span

Applicability = Literal["safe"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`, raw YAML. The span of an insertion is empty."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, of one file. `safe`: what is meant leaves no doubt.

    `replaces`, where it is known, is the value that was judged: text that says something else (a variable, say) is not to be touched.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"
    replaces: str = ""


class Advice(str):
    """A help line; `instead` is the raw YAML to write in the place of what is wrong, `of` the value that is wrong."""

    __slots__ = ("instead", "of")
    instead: str
    of: str

    def __new__(cls, text: str, instead: str, of: str = "") -> Self:
        self = super().__new__(cls, text)
        self.instead = instead
        self.of = of
        return self


def fix_of(span: Span | None, help_text: str | None) -> Fix | None:
    """Return the fix that a help line stands for, if it stands for one."""
    if span is None or not isinstance(help_text, Advice):
        return None
    return Fix(f"write {help_text.instead}", (Edit(span, help_text.instead),), replaces=help_text.of)


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def written(text: str) -> str:
    """Return a text as a YAML scalar on one line that every reader takes for that text, in block and in flow style."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
