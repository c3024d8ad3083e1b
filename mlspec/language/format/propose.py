"""Completes the fixes of diagnostics with the text at hand.

Adds those that only the text can give; narrows or drops those that would not fit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import yaml

from mlspec.diagnostics import Diagnostic, Edit, Fix
from mlspec.language.format.lock_key import with_lock
from mlspec.language.format.places import Places
from mlspec.language.format.repeated import without_repetition
from mlspec.language.format.tabs import without_tabs

_MAKERS = {"MLS0401": with_lock, "MLS0134": without_tabs, "MLS0136": without_repetition, "MLS0110": without_repetition}


def with_fixes(diagnostics: Iterable[Diagnostic], files: Mapping[str, bytes]) -> list[Diagnostic]:
    """Return the diagnostics with the fixes that can be applied to `files` (path -> bytes) as they are, and no others."""
    known: dict[str, Places | None] = {}
    return [_completed(d, files, known) for d in diagnostics]


def _completed(diagnostic: Diagnostic, files: Mapping[str, bytes], known: dict[str, Places | None]) -> Diagnostic:
    maker = _MAKERS.get(diagnostic.code)
    if diagnostic.span is None or (diagnostic.fix is None and maker is None):
        return diagnostic
    path = diagnostic.span.path
    if path not in known:
        known[path] = _places(path, files.get(path))
    places = known[path]
    if places is None:
        return _without(diagnostic)
    fix = diagnostic.fix or (maker(places, diagnostic.span) if maker else None)
    edits = [] if fix is None else [_fitted(places, e, fix) for e in fix.edits]
    whole = [e for e in edits if e is not None]
    if fix is None or len(whole) < len(edits):
        return _without(diagnostic)
    return replace(diagnostic, fix=replace(fix, edits=tuple(whole)))


def _without(diagnostic: Diagnostic) -> Diagnostic:
    """A plain help line stands for no fix."""
    return replace(diagnostic, fix=None, help=None if diagnostic.help is None else str(diagnostic.help))


def _places(path: str, content: bytes | None) -> Places | None:
    try:
        return None if content is None else Places.of(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _fitted(places: Places, edit: Edit, fix: Fix) -> Edit | None:
    """The edit; narrowed to the word to replace, where the span holds more (`mea <= 50`); None where the text says something else.

    A value made of variables, one with an anchor, and one of several lines are for people to change.
    """
    offsets = places.offsets(edit.span)
    if offsets is None:
        return None
    if not fix.replaces:
        return edit
    start, end = offsets
    old = places.text[start:end]
    if "\n" in old or "${" in old or old.startswith(("&", "*", "!", "|", ">")):
        return None
    if _value(old) == fix.replaces:
        return edit
    words = list(re.finditer(rf"(?<![\w.-]){re.escape(fix.replaces)}(?![\w.-])", old))
    if len(words) != 1 or not re.fullmatch(r"\w+", edit.text):
        return None
    return Edit(places.span(start + words[0].start(), start + words[0].end()), edit.text)


def _value(raw: str) -> str | None:
    """The text that a scalar stands for."""
    if not raw.startswith(("'", '"')):
        return raw
    try:
        read = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    except yaml.YAMLError:
        return None
    return read if isinstance(read, str) else None
