"""Markdown that untrusted text can't break out of: no link, mention, image, HTML or table cell of its own."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence

from mlspec.diagnostics.words import cut

LIMIT = 65_536
"""GitHub's limit on the body of a pull request, in characters."""


def code(value: object, limit: int = 300) -> str:
    """Return text as a code span on one line: GitHub renders nothing inside. Control and direction characters become `?`."""
    text = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in str(value))
    text = cut(text, limit).strip() or " "
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def table(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a GitHub table, ending with a newline. Cells must be escaped already (`code`)."""
    lines = [f"| {' | '.join(headings)} |", "|" + " --- |" * len(headings), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


NOTE = "\n\n… cut: too long for a pull request; the claim has all of it.\n"


def fits(sections: list[tuple[str, str]], limit: int = LIMIT) -> bool:
    """Whether `fit` would cut none of them."""
    return sum(map(len, _texts(sections))) <= limit - len(sections)


def _texts(sections: list[tuple[str, str]]) -> list[str]:
    return [f"{heading}\n\n{text.strip()}\n" if heading else f"{text.strip()}\n" for heading, text in sections]


def fit(sections: list[tuple[str, str]], limit: int = LIMIT) -> str:
    """Join sections (`heading`, `text`). Where that is `limit` characters or more, all that are longer than some length are cut to it."""
    texts, room = _texts(sections), limit - len(sections)
    if fits(sections, limit):
        return "\n".join(texts)
    shares = bisect.bisect_right(range(limit), room, key=lambda longest: sum(min(len(t), longest) for t in texts)) - 1
    return "\n".join(t if len(t) <= shares else _cut(t, shares) for t in texts)[: limit - 1]


def _cut(text: str, length: int) -> str:
    """The whole lines of a text that leave room for the note."""
    return text[: max(0, length - len(NOTE))].rsplit("\n", 1)[0] + NOTE
