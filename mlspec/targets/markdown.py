"""Markdown that untrusted text can't break out of: no link, mention, image, HTML or table cell of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

LIMIT = 65_536
"""GitHub's limit on the body of a pull request, in characters."""


def code(value: object, limit: int = 300) -> str:
    """Return text as a code span on one line: GitHub renders nothing inside. Control and direction characters become `?`."""
    text = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in str(value))
    text = (text if len(text) <= limit else text[: limit - 1] + "…").strip() or " "
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def table(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a GitHub table, ending with a newline. Cells must be escaped already (`code`)."""
    lines = [f"| {' | '.join(headings)} |", "|" + " --- |" * len(headings), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def fit(sections: list[tuple[str, str]], limit: int = LIMIT) -> str:
    """Join sections (`heading`, `text`); the longest are cut, with a note, until all fits under `limit` characters."""
    note = "\n\n… cut: too long for a pull request; the claim has all of it.\n"
    texts = [f"{heading}\n\n{text.strip()}\n" if heading else f"{text.strip()}\n" for heading, text in sections]
    while (excess := len("\n".join(texts)) - (limit - 1)) > 0:
        longest = max(range(len(texts)), key=lambda i: len(texts[i]))
        keep = max(0, len(texts[longest]) - excess - len(note))
        shortened = texts[longest][:keep].rsplit("\n", 1)[0] + note
        if len(shortened) >= len(texts[longest]):
            return "\n".join(texts)[: limit - 1]
        texts[longest] = shortened
    return "\n".join(texts)
