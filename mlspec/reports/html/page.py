"""Fills the template. Jinja2 escapes every text; control and direction characters become visible; only our own SVG is markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics.render.excerpt import visible
from mlspec.diagnostics.words import cut
from mlspec.reports.charts.model import Categories, Chart, Curves, Density, Histogram, Matrix, Ranges
from mlspec.reports.charts.parallel import Parallel
from mlspec.reports.charts.track import Track
from mlspec.reports.document import Document, Figure, Section
from mlspec.reports.fitting import fitted
from mlspec.reports.spans import MARKS, Code, plain, spans
from mlspec.reports.svg import charts as draw
from mlspec.reports.svg.element import Picture
from mlspec.reports.svg.parallel import parallel_picture
from mlspec.reports.svg.track import track_picture

if TYPE_CHECKING:
    import jinja2

LIMIT = 150_000
"""Bytes of a page."""
HERE = Path(__file__).parent


def render(document: Document, limit: int = LIMIT) -> str:
    """Return the page, of at most `limit` bytes: sections that do not fit are left out, and a note says so. Same document, same page."""
    return fitted(document, _page, lambda text: len(text.encode()) <= limit)


def _page(document: Document) -> str:
    page = _Page()
    parts = [page.section(s, 2) for s in document.sections]
    return _environment().get_template("page.html.j2").render(document=document, sections=parts, page=page, css=_style())


@cache
def _style() -> str:
    """The style sheet, without comments and the blanks that start lines."""
    text = re.sub(r"/\*.*?\*/", "", (HERE / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@cache
def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) else visible(value) if isinstance(value, str) else value

    loader = jinja2.FileSystemLoader(HERE)
    made = jinja2.Environment(
        loader=loader,
        autoescape=True,
        finalize=shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"parts": spans, "plain": plain, "kind": lambda value: type(value).__name__, "cut": _cut}
    made.globals["signs"] = frozenset(MARKS)
    return made


def _cut(code: Code) -> str:
    """The text of a span of code, on one line, no longer than its limit."""
    return cut(" ".join(code.text.split("\n")), code.limit)


@dataclass(frozen=True, slots=True)
class Part:
    """A section, ready for the template: its name (an id), and the level of its heading."""

    name: str
    level: int
    section: Section
    parts: tuple[Part, ...]

    @property
    def is_row(self) -> bool:
        """Whether its parts are figures alone, which may stand beside each other."""
        inner = [part.section for part in self.parts]
        return len(inner) > 1 and all(not s.heading and len(s.blocks) == 1 and isinstance(s.blocks[0], Figure) for s in inner)


@dataclass(slots=True)
class _Page:
    """What the template asks for. Ids are numbers in the order of the page, so that no text decides about them."""

    _count: int = 0

    def name(self, letter: str) -> str:
        """A new id."""
        self._count += 1
        return f"{letter}{self._count}"

    def section(self, section: Section, level: int) -> Part:
        """A section with the sections in it. HTML knows six levels."""
        name = self.name("s")
        return Part(name, min(level, 6), section, tuple(self.section(s, level + 1) for s in section.sections))

    def track(self, track: Track) -> Any:
        """A track, drawn."""
        return _markup(track_picture(track).markup(self.name("c")) if track.known else "")

    def chart(self, chart: Chart) -> Any:
        """A chart, drawn; None for one that is a table by nature."""
        return None if isinstance(chart, Matrix) else _markup(_picture(chart).markup(self.name("c")))

    def shades(self, matrix: Matrix) -> list[list[int]]:
        """The shade of each cell: its share of the row, 0 to 5."""
        return [[0 if not sum(line) or not n else 1 + min(4, int(n / sum(line) * 5)) for n in line] for line in matrix.counts]


def _picture(chart: Chart) -> Picture:
    match chart:
        case Curves():
            return draw.curves_picture(chart)
        case Ranges():
            return draw.ranges_picture(chart)
        case Histogram():
            return draw.histogram_picture(chart)
        case Density():
            return draw.density_picture(chart)
        case Categories():
            return draw.categories_picture(chart)
        case Parallel():
            return parallel_picture(chart)
        case Matrix():
            raise TypeError(chart)


def _markup(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - made by reports.svg, which escapes every text in it
