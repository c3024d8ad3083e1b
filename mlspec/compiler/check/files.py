"""A source's file must be of a kind that is read: told by its name and by what stands there, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.layout import is_made, object_in
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.locations.table import LOCATION_KINDS

_UNREAD = {
    "a workbook of another kind": (".xls", ".xlsb", ".ods"),
    "an archive of another kind": (".7z", ".rar"),
    "compressed in a way that is not read": (".bz2", ".xz"),
    "a database": (".sqlite", ".sqlite3", ".db", ".duckdb", ".mdb"),
    "a file of another tool": (".feather", ".arrow", ".orc", ".avro", ".h5", ".hdf5", ".pkl", ".pickle", ".npy", ".npz", ".rds", ".rdata"),
    "a file of a statistics program": (".sav", ".dta", ".sas7bdat", ".xpt"),
    "a text of another form": (".yaml", ".yml", ".html", ".htm", ".arff"),
}
"""What a name says it is, by how it ends, where `format` says nothing else."""


def file_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """One diagnostic for each source whose file or address can't be rows."""
    for source in project.sources.values():
        spec = source.envelope.spec
        if named := spec.location.named():
            yield from _problem(source, ("spec", spec.location_kind.name, named[0]), named[1], inputs)
            yield from _of_another_format(source)
        else:
            yield from _idle(source)


def _idle(source: Bound[Any]) -> Iterator[Diagnostic]:
    """Keys of files, for rows that come from none."""
    kind = source.envelope.spec.location_kind.name
    for key in ("format", "read"):
        if key in source.document.value["spec"]:
            message = f"`{key}` says how a file is read, and rows of `{kind}` come from none"
            yield Diagnostic("MLS0425", message, source.document.span(("spec", key), key=True), "leave it out", severity="warning")


_OF_FOLDERS = ("images", "texts")
"""Formats in which a file is a row, so that a folder is what is named."""
_OPTIONS = {"sheet": "xlsx", "header_row": "xlsx", "rows": "xml"}
"""Options of `read` that one format alone has."""


def _of_another_format(source: Bound[Any]) -> Iterator[Diagnostic]:
    spec = source.envelope.spec
    for name, form in _OPTIONS.items():
        if getattr(spec.read, name) is not None and spec.resolved_format not in (form, None):
            key = type(spec.read).model_fields[name].alias or name
            message = f"`{key}` says how {form} is read, and the format is {spec.resolved_format}"
            yield Diagnostic("MLS0425", message, source.document.span(("spec", "read", key), key=True), "leave it out", severity="warning")


def _problem(source: Bound[Any], route: tuple[str, ...], name: str, inputs: Inputs) -> Iterator[Diagnostic]:
    from mlspec.runtime.ingest.archives.members import is_archive

    span, short, spec = source.document.span(route), PurePosixPath(name).name, source.envelope.spec
    path = spec.file.path if spec.file else None
    if path and is_made(path):
        found = object_in(path.rpartition("/")[0]).partition("/")[2]
        name = found if found and "*" not in found else "NAME"
        message = f"`{path}` is in mlspec's own folder, and nobody says which stage must run before"
        advice = f"a source is made of another one by `from: {{inputs: {{rows: {{source: {name}}}}}, sql: …}}`"
        yield Diagnostic("MLS0421", message, source.document.span(("spec", "file", "path")), advice)
        return
    if path and path == spec.path and spec.format not in _OF_FOLDERS and inputs.kind_of(path) == "folder":
        message = f"`{path}` is a folder, and a source reads files"
        at = source.document.span(("spec", "file", "path"))
        yield Diagnostic(
            "MLS0422", message, at, f"name a pattern of its files, `{path}/*.csv`, or say that each is a row: `format: images` (or texts)"
        )
        return
    if spec.resolved_format is not None or (route[-1] != "member" and "member" in source.document.value["spec"][route[1]]):
        return  # a member that is refused is told once
    what = next((what for what, ends in _UNREAD.items() if short.casefold().endswith(ends)), None)
    if is_archive(short):
        message = f"`{short}` is an archive, and nothing says what is in it"
        yield Diagnostic("MLS0422", message, span, 'name what is meant: `member: hour.csv`, or a pattern, `member: "*.csv"`')
    elif what:
        advice = f"save it as CSV or Parquet, or {_by_code(route, name, 'file')}"
        yield Diagnostic("MLS0422", f"`{short}` is {what}, and a source reads CSV, Parquet, JSON, XML and .xlsx", span, advice)
    else:
        message = f"`{short}` does not say by its name what it is"
        yield Diagnostic("MLS0422", message, span, "write it: `format: csv` (or parquet, json, jsonl, xlsx, xml)")


def _by_code(route: tuple[str, ...], name: str, key: str) -> str:
    """A function reads what we don't. One that fetches reads no file of the repository."""
    if not LOCATION_KINDS[route[1]].in_git:
        return "let a function fetch it: `python: {callable: PACKAGE.MODULE:FUNCTION}`"
    alias = PurePosixPath(name).name.partition(".")[0] or "data"
    return f"let a function read it: `python: {{callable: PACKAGE.MODULE:FUNCTION, inputs: {{{alias}: {{{key}: {name}}}}}}}`"
