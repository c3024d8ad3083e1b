"""What a DataSource says of the columns as they stand in the file, before any step: traced back from the declared columns."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.text_columns import text_columns

_READ_AS = ("integer", "number", "date", "timestamp")
"""Declared types that a column can have before it is cleaned. What a boolean is spelled like is for `clean`."""


def types(spec: Any) -> dict[str, str]:
    """Declared types by column of the file, for those that no SQL makes and that are no text."""
    text = set(text_columns(spec))
    found = {source_name(spec, c.name, derived=False): c.type for c in spec.columns if c.type in _READ_AS}
    return {name: kind for name, kind in found.items() if name and name not in text}


def key(spec: Any) -> list[str]:
    """The key by the names of the rows as they are read; without the columns that a step makes."""
    return [name for column in spec.key if (name := source_name(spec, column, derived=False))]


def personal(spec: Any) -> list[str]:
    """Columns of the file whose values no message may show."""
    found = [source_name(spec, c.name, derived=True) for c in spec.columns if c.pii]
    return list(dict.fromkeys(name for name in found if name))


def source_name(spec: Any, name: str, *, derived: bool) -> str | None:
    """The name that a column has in the file; None when a step makes it anew. `derived`: a derived one counts under its own name."""
    for step in reversed(spec.clean):
        if step.rename:
            before = {new: old for old, new in step.rename.items()}
            if name not in before and name in step.rename:
                return None
            name = before.get(name, name)
        elif step.derive and step.derive.column == name and not derived:
            return None
    return name
