"""The entries of a ModelSet: from its list, its CSV file or its matrix."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.inputs import ReadList
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.language.kinds.model_set import ForEach
from mlspec.language.yaml.document import Document

FOR_EACH = ("spec", "forEach")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its values by key, and where it stands (`stations.csv:18`)."""

    values: Mapping[str, Any]
    place: str


def entries(for_each: ForEach, document: Document, read: ReadList) -> list[Entry]:
    """Return the entries in order. Raises `Problems` when the list can't be read, is uneven, or is empty."""
    if for_each.csv:
        found = _from_csv(for_each.csv.path, document, read)
    elif for_each.matrix is not None:
        found = _from_matrix(for_each.matrix, document)
    else:
        found = _from_list(for_each.list or (), document)
    if not found:
        span = document.span([*FOR_EACH, _given(for_each)])
        help_text = "to take every model away, remove the ModelSet itself"
        raise Problems(Diagnostic("MLS0430", f"the ModelSet `{_name(document)}` has no entry", span, help_text))
    return found


def _given(for_each: ForEach) -> str:
    return "csv" if for_each.csv else "matrix" if for_each.matrix is not None else "list"


def _name(document: Document) -> str:
    return str(document.value["metadata"]["name"])


def _from_list(values: tuple[Any, ...], document: Document) -> list[Entry]:
    found = []
    for index, value in enumerate(values):
        span = document.span([*FOR_EACH, "list", index])
        found.append(Entry(dict(value) if isinstance(value, dict) else {"value": value}, f"{span.path}:{span.line}"))
    keys = [set(e.values) for e in found]
    uneven = next((i for i, k in enumerate(keys) if k != keys[0]), None)
    if uneven is not None:
        span = document.span([*FOR_EACH, "list", uneven])
        raise Problems(Diagnostic("MLS0431", "the entries have different keys", span, f"give each {', '.join(sorted(keys[0]))}"))
    return found


def _from_matrix(matrix: Mapping[str, tuple[Any, ...]], document: Document) -> list[Entry]:
    span = document.span([*FOR_EACH, "matrix"])
    keys = sorted(matrix)
    return [
        Entry(dict(zip(keys, chosen, strict=True)), f"{span.path}:{span.line}") for chosen in itertools.product(*(matrix[k] for k in keys))
    ]


def _from_csv(path: str, document: Document, read: ReadList) -> list[Entry]:
    span = document.span([*FOR_EACH, "csv", "path"])
    content = read(path)
    if content is None:
        raise Problems(Diagnostic("MLS0432", f"the list `{path}` is not there", span, "give a CSV file inside the repository"))
    _check_pointer(path, content, span)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problems(Diagnostic("MLS0432", f"the list `{path}` is not UTF-8 text", span, "save it as UTF-8")) from None
    return _rows(path, text)


def _check_pointer(path: str, content: bytes, span: Span) -> None:
    from mlspec.runtime.ingest.contents import LFS_HELP, lfs_pointer

    if lfs_pointer(content):
        raise Problems(Diagnostic("MLS0432", f"the list `{path}` is a Git LFS pointer, and not the file it stands for", span, LFS_HELP))


def _rows(path: str, text: str) -> list[Entry]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Entry] = []
    try:
        heading = next((row for row in reader if row), [])
        _check_heading(path, heading)
        found.extend(Entry(_row(path, reader.line_num, heading, row), f"{path}:{reader.line_num}") for row in reader if row)
    except csv.Error as error:
        raise Problems(Diagnostic("MLS0432", f"this line is no CSV: {error}", Span(path, reader.line_num, 1), "check its quotes")) from None
    return found


def _check_heading(path: str, heading: list[str]) -> None:
    wrong = next((h for h in heading if not h.isidentifier() or not h.isascii()), None)
    if wrong is not None or len(set(heading)) != len(heading):
        message = f"the heading `{wrong}` can't be a key" if wrong is not None else "a heading stands twice"
        raise Problems(Diagnostic("MLS0432", message, Span(path, 1, 1), "use letters, digits and `_`, each heading once"))


def _row(path: str, line: int, heading: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(heading):
        message = f"this row has {len(row)} values, and the heading {len(heading)}"
        raise Problems(Diagnostic("MLS0432", message, Span(path, line, 1), "give each heading one value"))
    return dict(zip(heading, row, strict=True))
