"""Sources that are made of others: their SELECT, files that it can read, and nothing that has no meaning for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.check.made_by_sql import Tables, columns_of, judged
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import input_route
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, extras
from mlspec.diagnostics.words import some
from mlspec.language.kinds.data_source import format_of


def made_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0422 for a file that no SELECT can read, MLS0423, MLS0623 and MLS0624 for the SELECT, and MLS0428 for a schedule."""
    for bound in project.sources.values():
        spec = bound.envelope.spec
        if spec.from_ is None:
            continue
        if spec.refresh is not None:
            yield _schedule(bound)
        if spec.from_.sql is not None:
            yield from _files(bound)
            span = bound.document.span(("spec", "from", "sql"))
            yield from judged(inputs, span, spec.from_.sql, spec.from_.inputs, _tables(project, spec.from_))[0]


def unread(project: Project) -> frozenset[str]:
    """The files that nobody reads here, as DuckDB is not installed."""
    made = (bound.envelope.spec.from_ for bound in project.sources.values())
    return frozenset() if extras.has("duckdb") else frozenset(one.sql for one in made if one and one.sql)


def _schedule(bound: Bound[Any]) -> Diagnostic:
    """What it is made of is fetched again; this one is then made again, since its content changed."""
    message = f"{bound.ref} is made of other sources, and is made again when their rows change: there is nothing to fetch"
    given = sorted({given.rows for given in bound.envelope.spec.from_.inputs.values() if given.source})
    advice = f"put `refresh` on {some([f'`{ref}`' for ref in given], 3)}" if given else "leave `refresh` out"
    return Diagnostic("MLS0428", message, bound.document.span(("spec", "refresh"), key=True), advice)


def _files(bound: Bound[Any]) -> Iterator[Diagnostic]:
    for alias, given in bound.envelope.spec.from_.inputs.items():
        if given.file and format_of(given.file) is None:
            message = f"`{PurePosixPath(given.file).name}` does not say by its name what it is, and a SELECT reads tables"
            advice = f"read it by a source of its own, which says its `format`, and write `{alias}: {{source: NAME}}`"
            yield Diagnostic("MLS0422", message, bound.document.span(input_route(bound, ("spec", "from"), alias, "file")), advice)


def _tables(project: Project, made: Any) -> Tables | None:
    """The columns of each input; None where not all of them are declared, as those of files never are."""
    found = {alias: columns_of(project, given.rows) if given.rows else None for alias, given in made.inputs.items()}
    known = {alias: columns for alias, columns in found.items() if columns is not None}
    return known if len(known) == len(found) else None
