"""`matches` must be a regular expression of RE2, which DuckDB runs. DuckDB is asked where Python's `re` may read it otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, extras

_DIFFERS = re.compile(r"\(\?|\\[^dDwWsSbBntr.\\^$|?*+()\[\]{}/ -]|[*+?}]\+|\d{4,}\}|\{\d{4,}")
_HELP = "write RE2: as in other languages, without look-around and back-references"


def regex_problems(project: Project) -> Iterator[Diagnostic]:
    """Return a diagnostic for every expression that RE2 does not read, as far as that can be told here (see `unread`)."""
    for bound, index, pattern in _uses(project):
        wrong = _fault(pattern) if _is_for_duckdb(pattern) and extras.has("duckdb") else None
        if wrong:
            route = ("spec", "rules", index, "matches")
            yield Diagnostic("MLS0112", f"`spec.rules[{index}].matches`: {wrong}", bound.document.span(route), _HELP)


def unread(project: Project) -> frozenset[str]:
    """The expressions that only DuckDB can judge, where it is not installed."""
    return frozenset() if extras.has("duckdb") else frozenset(pattern for _, _, pattern in _uses(project) if _is_for_duckdb(pattern))


def _uses(project: Project) -> Iterator[tuple[Bound[Any], int, str]]:
    for bound in project.rules.values():
        for index, rule in enumerate(bound.envelope.spec.rules):
            if rule.matches is not None:
                yield bound, index, rule.matches


@lru_cache(maxsize=1024)
def _is_for_duckdb(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return True
    return _DIFFERS.search(pattern) is not None


@lru_cache(maxsize=1024)
def _fault(pattern: str) -> str | None:
    import duckdb

    try:
        duckdb.connect().execute("SELECT regexp_full_match('', ?)", [pattern])
    except duckdb.Error as error:
        return "not a regular expression: " + str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
    return None
