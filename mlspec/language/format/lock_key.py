"""The fix of a Project that names no requirements lock: the key, in the style of what stands there."""

from __future__ import annotations

import re

from mlspec.diagnostics import Edit, Fix, Span
from mlspec.language.format.places import Places

LOCK = "requirements.lock"
_TITLE = f"write requirements: {LOCK}"
_NULL = re.compile(r"\s*:[ \t]+(?P<null>~|null)(?=\s|,|\}|$)", re.IGNORECASE)
_EMPTY = re.compile(r"\s*:(?=[ \t]*([ \t]#|,|\}|\r|\n|$))")
_FLOW = re.compile(r"\s*:\s*\{[ \t]*(?P<empty>\})?")
_BLOCK = re.compile(r"[ \t]*:[ \t]*(#[^\r\n]*)?(?P<end>\r?\n)([ \t]*(#[^\r\n]*)?\r?\n)*(?P<indent> +)(?=[^\s#])")


def with_lock(places: Places, span: Span) -> Fix | None:
    """Return the fix at the key `spec` (or `requirements`, whose value is null); None where a lock is named, or the form is an odd one."""
    offsets = places.offsets(span)
    if offsets is None:
        return None
    word, at = places.text[slice(*offsets)], offsets[1]
    if word.strip("\"'") == "requirements":
        return _in_place(places, at)
    if word.strip("\"'") != "spec":
        return None
    entry = f"requirements: {LOCK}" if word == "spec" else f'"requirements": "{LOCK}"'
    if flow := _FLOW.match(places.text, at):
        start = flow.start("empty") if flow["empty"] else flow.end()
        return _inserted(places, start, entry + ("" if flow["empty"] else ", "))
    if block := _BLOCK.match(places.text, at):
        return _inserted(places, block.end(), f"{entry}{block['end']}{block['indent']}")
    return None


def _in_place(places: Places, at: int) -> Fix | None:
    if null := _NULL.match(places.text, at):
        return Fix(_TITLE, (Edit(places.span(*null.span("null")), f'"{LOCK}"' if places.text[at - 1] == '"' else LOCK),))
    empty = _EMPTY.match(places.text, at)
    return _inserted(places, empty.end(), f" {LOCK}") if empty else None


def _inserted(places: Places, at: int, text: str) -> Fix:
    return Fix(_TITLE, (Edit(places.span(at, at), text),))
