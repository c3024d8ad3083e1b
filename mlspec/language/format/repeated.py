"""A key or an item that stands twice, word for word: the second goes."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from mlspec.diagnostics import Edit, Fix, Span
from mlspec.language.format.places import Places
from mlspec.language.format.tree import Entry, Part, line_start, read_pages


def without_repetition(places: Places, span: Span) -> Fix | None:
    """Return the fix that removes the entry at `span`, if one of its collection says the same above it, and it has a line of its own."""
    offsets = places.offsets(span)
    if offsets is None:
        return None
    try:
        pages = read_pages(places.text)
    except yaml.YAMLError:
        return None
    for page in pages:
        for part, index in _around(page.root, offsets[0]):
            cut = _cut(places.text, part, index)
            if cut:
                return Fix("remove the second", (Edit(places.span(*cut), ""),))
    return None


def _around(entry: Entry, offset: int) -> Iterator[tuple[Part, int]]:
    """The entries that `offset` stands in, the innermost first."""
    part = entry.value
    for index, inner in enumerate(part.entries):
        if inner.start <= offset < max(inner.value.end, inner.start + 1):
            yield from _around(inner, offset)
            yield part, index


def _cut(text: str, part: Part, index: int) -> tuple[int, int] | None:
    entry, own = part.entries[index], _text(text, part.entries[index])
    if index == 0 or not own or "\n" in own or own not in [_text(text, e) for e in part.entries[:index]]:
        return None
    if part.flow:
        return part.entries[index - 1].value.end, entry.start + len(own)
    start, end = line_start(text, entry.start), entry.start + len(own)
    line_end = text.find("\n", end)
    if line_end < 0 or text[start : entry.start].strip() or text[end:line_end].strip():
        return None
    return start, line_end + 1


def _text(text: str, entry: Entry) -> str:
    """An entry as it is written, on one line; empty for what is not."""
    end = entry.value.end
    if entry.value.entries and not entry.value.flow:
        last = entry.value.entries[-1]
        return text[entry.start : last.value.end] if last.value.kind in ("scalar", "alias") or last.value.flow else ""
    return text[entry.start : end]
