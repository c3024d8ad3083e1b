"""A document in the form that is asked for."""

from __future__ import annotations

from mlspec.reports.document import Document, Style


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
