"""Columns that are an index of pandas: they number the rows of a frame that was sorted, filtered or sampled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mlspec.diagnostics import Diagnostic

UNNAMED_LEVEL = re.compile(r"__index_level_[0-9]+__")
_LOOKS_LIKE_ONE = re.compile(r"__index_level_[0-9]+__|Unnamed: [0-9]+(\.[0-9]+)*")


def left_out(shown: str, index: Iterable[str]) -> Diagnostic:
    """Told of levels that the file itself calls an index without a name."""
    names = ", ".join(f"`{n}`" for n in index)
    message = f"`{shown}`: {names} is left out: an index of pandas without a name, which numbers the rows"
    fix = "write the file with `index=False`; if it means something, give the index a name (`rename_axis`)"
    return Diagnostic("MLS0619", message, help=fix, severity="warning")


def look_alikes(shown: str, names: Iterable[str], params: Mapping[str, Any]) -> list[Diagnostic]:
    """Told of columns that are called as pandas calls an index when it is saved and read again, unless they are declared."""
    declared = {*params.get("text", ()), *params.get("types", ())}
    found = [n for n in names if _LOOKS_LIKE_ONE.fullmatch(n) and n not in declared]
    fix = '`clean: [{{drop: ["{0}"]}}]` leaves it out; write the file with `index=False`'
    return [
        Diagnostic(
            "MLS0619", f"`{shown}`: `{n}` is named like an index of pandas, which numbers the rows", help=fix.format(n), severity="warning"
        )
        for n in found
    ]
