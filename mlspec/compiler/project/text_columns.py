"""Which columns of a source's file end as text: they are read as text, so that `1.10` and long ids stay what the file says.

A column that is typed first and turned into text later has lost its spelling (`1.10` is 1.1). So the steps are followed backwards, from the
columns that are declared as strings, and from every `cast` to string, to the names that the file has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_NAME = r'(?:[A-Za-z_]\w*|"(?:[^"]|"")+")'
_JOINED = re.compile(rf"\s*(?:{_NAME}|'(?:[^']|'')*')(?:\s*\|\|\s*(?:{_NAME}|'(?:[^']|'')*'))*\s*")
_PART = re.compile(rf"({_NAME})|'(?:[^']|'')*'")


Wanted = dict[str, bool]
"""Names that are text at a point, in the order found; true for one that only a `cast` asks for."""


def text_columns(spec: Any) -> list[str]:
    """Return the names in the file (or of the rows a function returns), in the order in which they are found."""
    typed = {c.name for c in spec.columns if c.type != "string"}
    wanted: Wanted = {c.name: False for c in spec.columns if c.type == "string"}
    steps = [step.canonical() for step in spec.clean]
    for index in range(len(steps) - 1, -1, -1):
        ((kind, settings),) = steps[index].items()
        if kind in _BACKWARDS:
            wanted = _BACKWARDS[kind](wanted, settings)
        else:
            wanted = {n: by_cast for n, by_cast in wanted.items() if not (by_cast and _touches(steps[index], n))}
        if kind == "derive" and settings["column"] in wanted:
            wanted = _derive(wanted, settings, typed, [s for i, s in enumerate(steps) if i != index])
    return list(wanted)


def _rename(wanted: Wanted, names: Mapping[str, str]) -> Wanted:
    """The name that it had before; one that was given away is no column of the file."""
    before = {new: old for old, new in names.items()}
    return {before.get(n, n): by_cast for n, by_cast in wanted.items() if n in before or n not in names}


def _cast(wanted: Wanted, settings: Mapping[str, Any]) -> Wanted:
    """To string: what the file says. To another type first: how that is spelled, and the file's spelling is not asked for."""
    name = settings["column"]
    if settings["to"] == "string":
        return wanted | {name: wanted.get(name, True)}
    return {n: by_cast for n, by_cast in wanted.items() if n != name}


def _drop(wanted: Wanted, names: list[str]) -> Wanted:
    return {n: by_cast for n, by_cast in wanted.items() if n not in names}


def _pseudonymise(wanted: Wanted, settings: Mapping[str, Any]) -> Wanted:
    """A digest is of the file's spelling: `0123` and `123` are two people."""
    return wanted | {settings["column"]: False}


_BACKWARDS: Mapping[str, Callable[[Wanted, Any], Wanted]] = {"rename": _rename, "cast": _cast, "drop": _drop, "pseudonymise": _pseudonymise}


def _derive(wanted: Wanted, settings: Mapping[str, str], typed: set[str], others: list[dict[str, Any]]) -> Wanted:
    """Columns joined with `||` are text, unless they are declared otherwise or `others` touch them. What is made of itself stays text."""
    name, sql = settings["column"], settings["sql"]
    parts = [_unquoted(m[1]) for m in _PART.finditer(sql) if m[1]] if _JOINED.fullmatch(sql) else []
    kept = {n: by_cast for n, by_cast in wanted.items() if n != name or _mentions(sql, n)}
    return kept | {p: kept.get(p, True) for p in parts if p not in typed and not any(_touches(s, p) for s in others)}


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _touches(step: Mapping[str, Any], name: str) -> bool:
    """Whether a step looks at the column's value, perhaps as a number: its SQL mentions it, or it fills or replaces it."""
    sql = step.get("filter") or step.get("derive", {}).get("sql") or ""
    return _mentions(sql, name) or any(step.get(kind, {}).get("column") == name for kind in ("fillMissing", "replace"))


def _mentions(sql: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql, re.IGNORECASE) is not None
