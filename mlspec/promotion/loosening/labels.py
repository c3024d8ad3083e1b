"""Labels that are asked for less, or settled otherwise: they are what models learn, and are judged by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides, number

ANEW = "the truth of the test rows is another one"
_SETTLED = ("source", "key", "labelStudio", "csv", "label", "type", "several", "resolve", "gold", "adjudicated")
_MEASURED = ("scale", "order")


def looser_labels(sides: Sides) -> Iterator[Loosened]:
    """What became easier in label sets that are still there."""
    for name in sorted(sides.before.label_sets.keys() & sides.after.label_sets.keys()):
        old, new = sides.before.label_sets[name], sides.after.label_sets[name]
        one, other = old.envelope.spec, new.envelope.spec
        if one.min_agreement is not None and (other.min_agreement is None or other.min_agreement < one.min_agreement):
            texts = (_least(one.min_agreement), _least(other.min_agreement))
            yield sides.note(old, "annotators may agree less", texts, ["spec", "minAgreement"])
        before, after = one.canonical(), other.canonical()
        for keys, what in ((_SETTLED, f"labels are settled otherwise: {ANEW}"), (_MEASURED, "their agreement is measured otherwise")):
            for key in keys:
                if before.get(key) != after.get(key):
                    yield sides.note(old, what, (_said(key, before.get(key)), _said(key, after.get(key))), ["spec", key])


def _least(value: float | None) -> str | None:
    return None if value is None else f"minAgreement: {number(value)}"


def _said(key: str, value: Any) -> str | None:
    return None if value is None or value == [] else f"{key}: {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_plain(part)}" for key, part in value.items()) + "}"
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)
