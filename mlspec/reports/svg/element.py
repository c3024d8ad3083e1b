"""Elements of SVG. Every text and attribute is escaped here, once; what comes out is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.diagnostics.render.excerpt import visible


def tag(name: str, *children: str, **attributes: object) -> str:
    """An element around `children`, which are markup already. `class_` is `class`; `_` in other names stands for `-`."""
    pairs = "".join(f' {_name(key)}="{_text(value)}"' for key, value in attributes.items() if value is not None)
    inside = "".join(children)
    return f"<{name}{pairs}>{inside}</{name}>" if inside else f"<{name}{pairs}/>"


def words(text: str) -> str:
    """Text as markup: inert, control and direction characters made visible."""
    return html.escape(visible(text))


def _name(key: str) -> str:
    return "viewBox" if key == "view_box" else key.rstrip("_").replace("_", "-")


def _text(value: object) -> str:
    return number(value) if isinstance(value, float) else words(str(value))


def number(value: float) -> str:
    """A coordinate: one digit after the point, the same on every machine."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def text(x: float, y: float, said: str, class_: str = "", anchor: str | None = None) -> str:
    """Words at a place."""
    return tag("text", words(said), x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def path(points: Iterable[tuple[float, float]], class_: str) -> str:
    """Points joined by straight lines."""
    return tag("path", d="M" + "L".join(f"{number(x)} {number(y)}" for x, y in points), class_=class_)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: its size in CSS pixels, its name and what it shows in words, and the markup inside."""

    width: float
    height: float
    title: str
    description: str
    inside: str
    class_: str = "chart"

    def markup(self, name: str) -> str:
        """The `svg` element. `name`: an id that no other drawing of the page has."""
        return tag(
            "svg",
            tag("title", words(self.title), id=f"{name}-t"),
            tag("desc", words(self.description), id=f"{name}-d"),
            self.inside,
            class_=self.class_,
            role="img",
            aria_labelledby=f"{name}-t {name}-d",
            view_box=f"0 0 {number(self.width)} {number(self.height)}",
            width=self.width,
            height=self.height,
        )
