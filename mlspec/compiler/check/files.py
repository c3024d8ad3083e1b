"""A source's file must be of a kind that is read: told by its name and by what stands there, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.locations.table import LOCATION_KINDS

_UNREAD = {
    "a workbook": (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"),
    "an archive": (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar"),
    "compressed in a way that is not read": (".bz2", ".xz"),
    "a database": (".sqlite", ".sqlite3", ".db", ".duckdb", ".mdb"),
    "a file of another tool": (".feather", ".arrow", ".orc", ".avro", ".h5", ".hdf5", ".pkl", ".pickle", ".npy", ".npz", ".rds", ".rdata"),
    "a file of a statistics program": (".sav", ".dta", ".sas7bdat", ".xpt"),
    "a text of another form": (".xml", ".yaml", ".yml", ".html", ".htm", ".arff"),
}
"""What a name says it is, by how it ends, where `format` says nothing else."""


def file_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """One diagnostic for each source whose file or address can't be rows."""
    for source in project.sources.values():
        spec = source.envelope.spec
        if named := spec.location.named():
            key, name = named
            kind = inputs.kind_of(name) if spec.location_kind.in_git else None
            yield from _problem(source, ("spec", spec.location_kind.name, key), name, kind)
        else:
            yield from _idle(source)


def _idle(source: Bound[Any]) -> Iterator[Diagnostic]:
    """Keys of files, for rows that come from none."""
    kind = source.envelope.spec.location_kind.name
    for key in ("format", "read"):
        if key in source.document.value["spec"]:
            message = f"`{key}` says how a file is read, and rows of `{kind}` come from none"
            yield Diagnostic("MLS0425", message, source.document.span(("spec", key), key=True), "leave it out", severity="warning")


def _problem(source: Bound[Any], route: tuple[str, ...], name: str, kind: str | None) -> Iterator[Diagnostic]:
    span, short = source.document.span(route), PurePosixPath(name).name
    if kind == "folder":
        message = f"`{name}` is a folder, and a source reads one file"
        yield Diagnostic("MLS0422", message, span, f"name one file in it, or {_by_code(route, name, 'folder')}")
        return
    if source.envelope.spec.resolved_format is not None:
        return
    what = next((what for what, ends in _UNREAD.items() if short.casefold().endswith(ends)), None)
    if what:
        advice = f"save it as CSV or Parquet, or {_by_code(route, name, 'file')}"
        yield Diagnostic("MLS0422", f"`{short}` is {what}, and a source reads CSV, Parquet and JSON", span, advice)
    else:
        message = f"`{short}` does not say by its name what it is"
        yield Diagnostic("MLS0422", message, span, "write it: `format: csv` (or parquet, json, jsonl)")


def _by_code(route: tuple[str, ...], name: str, key: str) -> str:
    """A function reads what we don't. One that fetches reads no file of the repository."""
    if not LOCATION_KINDS[route[1]].in_git:
        return "let a function fetch it: `python: {callable: PACKAGE.MODULE:FUNCTION}`"
    alias = PurePosixPath(name).name.partition(".")[0] or "data"
    return f"let a function read it: `python: {{callable: PACKAGE.MODULE:FUNCTION, inputs: {{{alias}: {{{key}: {name}}}}}}}`"
