"""`matches` must be a regular expression of RE2, which DuckDB runs. DuckDB is asked where Python's `re` may read it otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic

_DIFFERS = re.compile(r"\(\?|\\[^dDwWsSbBntr.\\^$|?*+()\[\]{}/ -]|[*+?}]\+|\d{4,}\}|\{\d{4,}")
_HELP = "write RE2: as in other languages, without look-around and back-references"


def regex_problems(project: Project) -> Iterator[Diagnostic]:
    """Return a diagnostic for every expression that RE2 does not read."""
    for bound in project.rules.values():
        for index, rule in enumerate(bound.envelope.spec.rules):
            wrong = None if rule.matches is None else _fault(rule.matches)
            if wrong:
                route = ("spec", "rules", index, "matches")
                yield Diagnostic("MLS0112", f"`spec.rules[{index}].matches`: {wrong}", bound.document.span(route), _HELP)


@lru_cache(maxsize=1024)
def _fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return _ask_duckdb(pattern)
    return _ask_duckdb(pattern) if _DIFFERS.search(pattern) else None


def _ask_duckdb(pattern: str) -> str | None:
    import duckdb

    try:
        duckdb.connect().execute("SELECT regexp_full_match('', ?)", [pattern])
    except duckdb.Error as error:
        return "not a regular expression: " + str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
    return None
