"""`mlspec migrate` of one file: its documents in another version of the language, in canonical layout; comments go where their keys go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlspec.compiler.load.versions import misfit_diagnostics
from mlspec.diagnostics import Diagnostic, Span, has_errors
from mlspec.language.format.comments import find_comments, place
from mlspec.language.format.emit import write_pages
from mlspec.language.format.layout import format_text
from mlspec.language.format.rebuild import rebuild
from mlspec.language.format.same import comments_of, count, same_values
from mlspec.language.format.tree import read_pages
from mlspec.language.kinds.versions.registry import Converted, convert, versions, way
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents

_BREAK = re.compile("\r\n?")


@dataclass(frozen=True, slots=True)
class Migrated:
    """`text`: the file in the other version, or None where nothing is to do or it can't be done (then `diagnostics` say why)."""

    text: str | None = None
    done: tuple[str, ...] = ()
    """What was converted: `Model demand, mlspec/v1alpha1 -> mlspec/v1`."""
    lost: tuple[str, ...] = ()
    """What of the file is not in the text any more, though no value is lost: comments without a place, anchors."""
    diagnostics: list[Diagnostic] = field(default_factory=list)


def migrate_text(path: str, content: bytes, to: str) -> Migrated:
    """Return a file with every document of another known version brought to version `to`."""
    documents, found = load_documents(path, content)
    if has_errors(found):
        return Migrated(diagnostics=found)
    converted = {d.index: convert(d.value, to) for d in documents if _is_other(d.value, to)}
    if not converted:
        return Migrated(diagnostics=found)
    found += [each for d in documents if d.index in converted for each in _misfits(d, converted[d.index], to)]
    if has_errors(found):
        return Migrated(diagnostics=found)
    text, lost = _rewritten(path, _BREAK.sub("\n", content.decode("utf-8-sig")), documents, converted)
    if text is None:
        message = "the file can't be migrated, and stays as it is"
        return Migrated(diagnostics=[*found, Diagnostic("MLS0213", message, Span(path), "this is a bug of mlspec: please report the file")])
    done = tuple(f"{_label(d.value)}, {d.value['apiVersion']} -> {to}" for d in documents if d.index in converted)
    return Migrated(text, done, tuple(lost), found)


def _is_other(value: Any, to: str) -> bool:
    version = value.get("apiVersion") if isinstance(value, dict) else None
    return isinstance(version, str) and version in versions() and version != to and way(version, to) is not None


def _misfits(document: Document, converted: Converted, to: str) -> list[Diagnostic]:
    """Going up, the document is wrong in its own version; going down, the other version has no words."""
    hops = way(document.value["apiVersion"], to) or ()
    return misfit_diagnostics(document, converted.misfits, "MLS0211" if all(hop.up for hop in hops) else "MLS0212")


def _label(value: Mapping[str, Any]) -> str:
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"{value.get('kind')} {name}" if isinstance(name, str) else str(value.get("kind"))


def _rewritten(path: str, text: str, documents: Sequence[Document], converted: Mapping[int, Converted]) -> tuple[str | None, list[str]]:
    """The new text (None where it would not say the same), and what of the old one is not in it."""
    pages = read_pages(text)
    comments = find_comments(text, pages)
    pages = place(pages, comments)
    written_out = [rebuild(page, converted[page.index].part) for page in pages if page.index in converted]
    lost = ["anchors and aliases: their values are written out"] if any(written_out) else []
    result = write_pages(text, pages)
    expected = [replace(d, value=converted[d.index].value) if d.index in converted else d for d in documents]
    result = format_text(path, result.encode())[0] or result
    after, found = load_documents(path, result)
    if found or not same_values(expected, after):
        return None, []
    missing = count(comments) - comments_of(result)
    return result, lost + [f"the comment `{comment}`" for comment in sorted(missing.elements())]
