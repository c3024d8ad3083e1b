"""A document in the form that is asked for, and in a file."""

from __future__ import annotations

from pathlib import Path

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.reports.document import STYLES, Document, Style


def style_of(path: Path) -> Style | None:
    """How a file of this name is written, by its ending; None for another ending than those of STYLES."""
    return STYLES.get(path.suffix.lower())


def write(document: Document, path: Path) -> None:
    """Write the document, whole or not at all, in the form that the ending asks for. Raises MLS0792 when it can't be written."""
    style = style_of(path)
    if style is None:
        raise problem("MLS0792", f"{path} ends in none of {', '.join(STYLES)}", help="the ending says how the report is written")
    text = render(document, style)
    try:
        replace_file(path, text.encode(), durable=False)
    except OSError as error:
        raise problem("MLS0792", f"{path} can't be written: {error.strerror}", help="name another file by --report") from error


def render(document: Document, style: Style) -> str:
    """Return the document as text, Markdown, JSON or HTML. Each renderer is imported when it is asked for."""
    if style == "html":
        from mlspec.reports.html import render as html

        return html(document)
    if style == "markdown":
        from mlspec.reports.to_markdown import render as markdown

        return markdown(document)
    if style == "json":
        from mlspec.reports.as_json import render as as_json

        return as_json(document)
    from mlspec.reports.text import render as text

    return text(document)
