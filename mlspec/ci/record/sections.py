"""Sections of Markdown that are shown whole or not at all: no table row, code block or fold is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BYTES = 200_000
"""GitHub keeps a comment as at most 262,144 bytes, whatever its characters."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text. Where there is not room for all, the lowest `rank` is taken first."""

    text: str
    rank: int = 1


def fit(sections: Sequence[Section], footer: str, limit: int, url: str) -> str:
    """Join the sections in order, leaving out what does not fit; the note says so, and links the page of the run at `url`."""
    texts = [section.text.strip("\n") + "\n" for section in sections]
    whole = "\n".join([*texts, footer])
    if _fits(whole, limit):
        return whole
    room, size = limit - len(_note(len(sections), url)) - len(footer) - 4, BYTES if limit < BYTES else 4 * limit
    kept: set[int] = set()
    for index in sorted(range(len(sections)), key=lambda i: (sections[i].rank, i)):
        length, weight = len(texts[index]) + 1, len(texts[index].encode()) + 1
        if length <= room and weight <= size - 5_000:
            kept.add(index)
            room, size = room - length, size - weight
    shown = [text for index, text in enumerate(texts) if index in kept]
    return "\n".join([*shown, _note(len(sections) - len(kept), url), footer])


def _fits(text: str, limit: int) -> bool:
    return len(text) <= limit and (limit >= BYTES or len(text.encode()) <= BYTES)


def _note(count: int, url: str) -> str:
    where = f"[the summary of the run]({url})" if url else "the summary of the run"
    return f"**{count:,} parts do not fit here: {where} has them.**\n"
