"""Where the sources of classes were looked for: noted, while somebody wants to know, so that a change of them is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mlspec.compiler.load.asked import Asked, named_like, text_of

_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def noted_in(asked: Asked) -> Iterator[None]:
    """Note in `asked` every look of the block."""
    token = _ASKED.set(asked)
    try:
        yield
    finally:
        _ASKED.reset(token)


def for_module(folders: Iterable[str], name: str) -> None:
    """A module of this name was looked for in the folders: as a file, or as a folder with or without `__init__.py`."""
    asked = _ASKED.get()
    if asked is None:
        return
    for folder in folders:
        for place in (f"{folder or '.'}/{name}", f"{folder or '.'}/{name}/__init__"):
            if place not in asked.places:
                asked.places[place] = named_like(place)


def at_text(path: str) -> None:
    """The text of a module was read."""
    asked = _ASKED.get()
    if asked is not None and path not in asked.modules:
        asked.modules[path] = text_of(path)


def where_changes_are_not_seen() -> None:
    """In all that can be imported, or by a finder of somebody's own."""
    asked = _ASKED.get()
    if asked is not None:
        asked.unsure = True
