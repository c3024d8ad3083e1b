"""The query of a source in a database: there, one SELECT without effects, and with a key where a cursor needs one.

The parser is imported only for a project that has such a source. Which database it is asked of is known when the stage runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project import as_read
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, extras

PARSER = "sqlglot"


def query_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0423 for a file that is not there, MLS0673 for what is no SELECT, MLS0424 for a cursor without a key."""
    for source in project.sources.values():
        if source.envelope.spec.sql:
            yield from _query(source, inputs)
            yield from _cursor(source)


def unread(project: Project) -> frozenset[str]:
    """The files of queries that nobody parses here, as the parser is not installed."""
    queries = [source.envelope.spec.sql.query for source in project.sources.values() if source.envelope.spec.sql]
    return frozenset() if extras.has(PARSER) else frozenset(queries)


def _query(source: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    path = source.envelope.spec.sql.query
    content = inputs.read_list(path)
    if content is None:
        span = source.document.span(("spec", "sql", "query"))
        yield Diagnostic("MLS0423", f"the query's file `{path}` is not there", span, "write one SELECT into it, and commit it")
        return
    if not extras.has(PARSER):
        return
    from mlspec.runtime.ingest.sql import guard
    from mlspec.runtime.ingest.sql.refusal import refusal

    try:
        text = content.decode("utf-8-sig")
    except UnicodeError:
        yield Diagnostic("MLS0673", f"`{path}` is not UTF-8 text", source.document.span(("spec", "sql", "query")), "save it as UTF-8")
        return
    yield from (refusal(fault, path, text) for fault in guard.judge(text))


def _cursor(source: Bound[Any]) -> Iterator[Diagnostic]:
    spec = source.envelope.spec
    if spec.sql.cursor is None:
        return
    span = source.document.span(("spec", "sql", "cursor"), key=True)
    if not spec.key:
        advice = "rows that changed are found again by it: `key: [id]`"
        yield Diagnostic("MLS0424", f"{source.ref} reads by a cursor, and has no `key`", span, advice)
    elif len(as_read.key(spec)) < len(spec.key):
        advice = "rows are merged before they are cleaned: name columns that the query gives"
        yield Diagnostic("MLS0424", f"{source.ref} reads by a cursor, and a step of `clean` makes a column of its `key`", span, advice)
