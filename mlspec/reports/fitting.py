"""Where a document is longer than its place takes, whole sections go: the least important first, and of these the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mlspec.diagnostics.words import counted
from mlspec.reports.document import MUST, Document, Paragraph, Section

Path = tuple[int, ...]
"""Where a section stands: its position, and that of each section around it, from outside."""


def fitted(document: Document, render: Callable[[Document], str], fits: Callable[[str], bool]) -> str:
    """Render the document with as many sections as fit. Those of rank MUST stay, so that a text of these alone may be too long."""
    whole = render(document)
    if fits(whole):
        return whole
    order = _order(document.sections)
    low, high = 1, len(order)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(render(without(document, order[:middle]))) else (middle + 1, high)
    return render(without(document, order[:low]))


def _order(sections: tuple[Section, ...], at: Path = ()) -> list[Path]:
    """The sections that may be left out, in that order: by rank, then from the end; parts before the whole they are in."""
    found: list[tuple[int, Path]] = []
    for i, section in enumerate(sections):
        found += [(rank, path) for rank, path in _ranked(section, (*at, i))]
    return [path for _, path in sorted(found, key=lambda one: (-one[0], tuple(-i for i in one[1]), -len(one[1]))) if _ > MUST]


def _ranked(section: Section, path: Path) -> list[tuple[int, Path]]:
    inner = [one for i, part in enumerate(section.sections) for one in _ranked(part, (*path, i))]
    return [*inner, (section.rank, path)]


def without(document: Document, paths: list[Path]) -> Document:
    """The document without some sections, and a note at its end that says how many."""
    if not paths:
        return document
    gone = set(paths)
    left = _left(document.sections, gone, ())
    note = f"{counted(len(gone), 'part')} did not fit here and {'is' if len(gone) == 1 else 'are'} left out."
    return replace(document, sections=(*left, Section("", (Paragraph(note),), rank=MUST)))


def _left(sections: tuple[Section, ...], gone: set[Path], at: Path) -> tuple[Section, ...]:
    return tuple(
        replace(section, sections=_left(section.sections, gone, (*at, i))) for i, section in enumerate(sections) if (*at, i) not in gone
    )
