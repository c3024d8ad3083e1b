"""`mlspec fmt` of one file: canonical order, quoting and layout; the same values and the same comments, or nothing at all."""

from __future__ import annotations

import re

from mlspec.diagnostics import Diagnostic, Span, has_errors
from mlspec.language.format.comments import find_comments, place
from mlspec.language.format.emit import write_pages
from mlspec.language.format.order import sort_keys, type_of
from mlspec.language.format.same import comments_of, count, same_values
from mlspec.language.format.tree import Page, Part, read_pages
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents

_BREAK = re.compile("\r\n?")


def format_text(path: str, content: bytes) -> tuple[str | None, list[Diagnostic]]:
    """Return the file in canonical form; None, and why, for a file that does not load or can't be written so."""
    documents, found = load_documents(path, content)
    if has_errors(found):
        return None, found
    text = _BREAK.sub("\n", content.decode("utf-8-sig"))
    result = _format(text, documents, sort=True) or _format(text, documents, sort=False)
    if result is None:
        message = "the file can't be written in canonical form, and stays as it is"
        return None, [*found, Diagnostic("MLS0150", message, Span(path), "this is a bug of mlspec: please report the file")]
    return result, found


def _format(text: str, documents: list[Document], *, sort: bool) -> str | None:
    """Return the canonical text, or None where it would not say the same."""
    pages = read_pages(text)
    comments = find_comments(text, pages)
    values = {d.index: d.value for d in documents} if sort else {}
    pages = place(pages, comments)
    for page in pages:
        _settle(page, values.get(page.index))
    result = write_pages(text, pages)
    after, found = load_documents("", result)
    return result if not found and same_values(documents, after) and count(comments) == comments_of(result) else None


def _settle(page: Page, value: object) -> None:
    """Note the empty line below the head; then put the keys in order, except where an alias would come before its anchor."""
    root = page.root.value
    page.gap = bool(root.entries) and root.entries[0].blank
    _clear_first_blanks(root)
    if isinstance(value, dict) and not _has_alias(root):
        sort_keys(root, type_of(value), root="kind" in value)


def _clear_first_blanks(part: Part) -> None:
    for number, entry in enumerate(part.entries):
        entry.blank = entry.blank and number > 0
        _clear_first_blanks(entry.value)


def _has_alias(part: Part) -> bool:
    return part.kind == "alias" or any(_has_alias(e.value) or (e.key is not None and e.key.kind == "alias") for e in part.entries)
