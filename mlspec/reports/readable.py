"""Values that read as their report: as text where they are printed, as a page within the page in a notebook."""

from __future__ import annotations

from html import escape

from mlspec.reports.document import Document
from mlspec.reports.rendering import render


class Readable:
    """Gives a value with a `document` its text (`str`), and its picture in a notebook."""

    __slots__ = ()

    def document(self) -> Document:
        """The report on the value."""
        raise NotImplementedError

    def __str__(self) -> str:
        return render(self.document(), "text").rstrip("\n")

    def _repr_html_(self) -> str | None:
        return in_notebook(self.document())


def in_notebook(document: Document) -> str | None:
    """The document as a frame for a notebook's cell: its styles stay inside, and nothing in it runs. None without the library for pages."""
    try:
        page = render(document, "html")
    except ModuleNotFoundError:
        return None
    shape = "width:100%;height:32rem;border:0"
    return f'<iframe sandbox title="mlspec {escape(document.kind)}" style="{shape}" srcdoc="{escape(page)}"></iframe>'
