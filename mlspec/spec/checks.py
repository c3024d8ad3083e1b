"""Small checks shared by the kinds."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic_core import PydanticCustomError


def refuse_repeated(names: Iterable[str], what: str) -> None:
    """Raise when a name comes twice in a list of named things."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PydanticCustomError("mls_repeated", "the {what} `{name}` is listed twice", {"what": what, "name": name})
        seen.add(name)
