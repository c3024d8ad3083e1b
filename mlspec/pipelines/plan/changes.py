"""What differs between two values of parameters, in the order of their keys: `estimator.params.max_iter: 300 -> 100`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mlspec.diagnostics.words import cut

SHOWN = 60
"""How much of a value is shown, in characters."""


def changes(old: Any, new: Any, key: str = "") -> Iterator[str]:
    """Yield a line a difference. Items of a list are aligned, so that one more of them is one line and not one for each that moved."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(old, new, key)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _of_lists(old, new, key)
    else:
        yield f"{key}: {shown(old)} -> {shown(new)}"


def _of_mappings(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        inner = f"{key}.{name}" if key else str(name)
        if name not in old:
            yield f"{inner}: added ({shown(new[name])})"
        elif name not in new:
            yield f"{inner}: removed (was {shown(old[name])})"
        else:
            yield from changes(old[name], new[name], inner)


def _of_lists(old: Sequence[Any], new: Sequence[Any], key: str) -> Iterator[str]:
    """By the longest common run of equal items. A list that only has another order says so."""
    before, after = [_text(item) for item in old], [_text(item) for item in new]
    if sorted(before) == sorted(after) and before != after:
        yield f"{key}: in another order ({shown(list(new))})"
        return
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "replace" and i_end - i == j_end - j:
            for a, b, place in zip(old[i:i_end], new[j:j_end], range(j, j_end), strict=True):
                yield from changes(a, b, f"{key}[{place}]")
        elif tag != "equal":
            yield from (f"{key}: removed {shown(item)}" for item in old[i:i_end])
            yield from (f"{key}: added {shown(item)}" for item in new[j:j_end])


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def shown(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = repr(value) if isinstance(value, str) else str(list(value) if isinstance(value, tuple) else value)
    return cut(text, SHOWN)
