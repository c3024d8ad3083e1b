"""Tabs that indent lines -> spaces, where every width of a tab that makes a sound file makes the same file."""

from __future__ import annotations

import re

from mlspec.diagnostics import Edit, Fix, Span
from mlspec.language.format.places import Places
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.tabs import TAB_INDENT

WIDTHS = (2, 4, 8)


def without_tabs(places: Places, span: Span) -> Fix | None:
    """Return the fix of all lines that tabs indent, or None where the widths 2, 4 and 8 would mean different things."""
    del span
    lines = list(TAB_INDENT.finditer(places.text))
    read = {width: _read(places, width) for width in WIDTHS}
    meanings = {text for text in read.values() if text is not None}
    if not lines or len(meanings) != 1:
        return None
    width = next(w for w, text in read.items() if text is not None)
    edits = tuple(Edit(places.span(m.start(), m.end()), m.group().replace("\t", " " * width)) for m in lines)
    return Fix("indent with spaces", edits)


def _read(places: Places, width: int) -> str | None:
    text = re.sub(TAB_INDENT, lambda m: m.group().replace("\t", " " * width), places.text)
    documents, found = load_documents(places.path, text)
    return None if found else repr([d.value for d in documents])
