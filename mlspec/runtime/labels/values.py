"""Keys and labels as files spell them, read to what they mean."""

from __future__ import annotations

import math
import re
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.labels.found import Label, Place

_WHOLE = re.compile(r"[-+]?\d{1,18}")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
JOIN = "|"
"""Between the choices of one annotation that are combined to one label."""


def refused(what: str, place: Place, advice: str) -> Problems:
    """An annotation that can't be used, by its place."""
    return problem("MLS0691", what, help=advice, span=place.span)


def key_of(value: Any, name: str, place: Place) -> str:
    """A key as text: whole numbers as they are written, so that 5 and "5" name the same row. Raises MLS0691."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value in ("", None):
        shown = "no value" if value in ("", None) else f"{type(value).__name__} {str(value)[:40]}"
        raise refused(f"the key `{name}` has {shown}", place, "the data of each task must name its row, by text or a whole number")
    if isinstance(value, float):
        if not value.is_integer():
            raise refused(f"the key `{name}` is {value!r}", place, "fractions name no row: use text or whole numbers")
        return str(int(value))
    return str(value)


def label_of(value: Any, kind: str, place: Place) -> Label:
    """A label as its type: string, integer, number or boolean. Raises MLS0691 for what does not fit; nothing is rounded."""
    if kind == "string" and isinstance(value, str):
        return value
    text = str(value).strip()
    if kind == "boolean" and text.casefold() in (*_TRUE, *_FALSE):
        return text.casefold() in _TRUE
    number = _number(value)
    if number is not None and kind == "number":
        return number
    if number is not None and kind == "integer" and number.is_integer():
        return int(text) if _WHOLE.fullmatch(text) else int(number)
    article = "an" if kind == "integer" else "a"
    advice = "declare another `type` of the label" if kind != "string" else "declare `type: number` (or integer, boolean)"
    raise refused(f"the label {str(value)[:60]!r} is not {article} {kind}", place, advice)


def _number(value: Any) -> float | None:
    try:
        found = float(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError):
        return None
    return found if found is not None and math.isfinite(found) else None


def one_choice(choices: list[Any], several: str, place: Place) -> str:
    """The label of one annotation's choices: the one, or all of them in order where the spec combines them. Raises MLS0691."""
    names = sorted({str(c) for c in choices})
    if len(names) == 1:
        return names[0]
    if several != "combine":
        message = f"an annotation has {len(names)} choices: {', '.join(names)[:80]}"
        raise refused(message, place, "`several: combine` makes a class of each set of choices; a label for each choice has no use yet")
    odd = next((n for n in names if JOIN in n), None)
    if odd is not None:
        raise refused(f"the choice `{odd[:60]}` holds `{JOIN}`, which joins choices", place, "rename the choice in Label Studio")
    return JOIN.join(names)
