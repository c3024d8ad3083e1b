"""A page of a converted document: its tree in the new form, built of the old page's scalars, layout and comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mlspec.language.format.tree import Comment, Entry, Page, Part
from mlspec.language.kinds.versions.part import Part as Moved
from mlspec.language.kinds.versions.part import Route
from mlspec.language.yaml.scalars import resolve
from mlspec.language.yaml.write import scalar


def rebuild(page: Page, moved: Moved) -> bool:
    """Put the converted document in the place of the page's own, in place. Return whether anchors or aliases were written out.

    A comment stays with the key it belongs to. Where that key is no more, it goes above the first thing that came of it, or what held it.
    """
    anchors: dict[str, Part] = {}
    old = dict(_entries(page.root, (), anchors))
    builder = _Builder(old)
    tails = {r: e.value for r, e in old.items() if e.value.tail}
    root = Entry(page.root.start, None, builder.part(moved))
    builder.claim(root, ())
    builder.place_rest(root, tails)
    page.root = root
    return bool(anchors)


def _entries(entry: Entry, route: Route, anchors: dict[str, Part]) -> Iterator[tuple[Route, Entry]]:
    """Every entry of a page by its route. An alias is taken for what it stands for."""
    part = entry.value
    if part.anchor:
        anchors[part.anchor] = part
    if part.kind == "alias":
        entry = replace(entry, value=anchors[part.value])
        part = entry.value
    yield route, entry
    for index, inner in enumerate(part.entries):
        key = index if inner.key is None else _name(inner.key, anchors)
        yield from _entries(inner, (*route, key), anchors)


def _name(key: Part, anchors: dict[str, Part]) -> str:
    if key.anchor:
        anchors[key.anchor] = key
    return anchors[key.value].value if key.kind == "alias" else key.value


@dataclass(slots=True)
class _Builder:
    old: dict[Route, Entry]
    claimed: dict[Route, Entry] = field(default_factory=dict)
    """Route of an old entry -> the new entry that has its comments."""
    ended: set[Route] = field(default_factory=set)

    def part(self, moved: Moved) -> Part:
        if isinstance(moved.value, dict):
            return self._collection("map", moved, [(key, item) for key, item in moved.value.items()])
        if isinstance(moved.value, list):
            return self._collection("seq", moved, [(None, item) for item in moved.value])
        return self._scalar(moved)

    def _collection(self, kind: Any, moved: Moved, items: list[tuple[str | None, Moved]]) -> Part:
        """Flow where it was; what is new, where all in it stands on one line."""
        was = self.old[moved.at.route].value
        made = Part(kind, 0, 0, 0)
        if was.entries and moved.at.route not in self.ended and not moved.at.key:
            self.ended.add(moved.at.route)
            made.tail = was.tail
        for key, item in items:
            entry = Entry(0, None if key is None else self._key(key, item), Part("scalar", 0, 0, 0))
            self.claim(entry, item.at.route)
            self.claim(entry, item.key_at.route)
            entry.value = self.part(item)
            made.entries.append(entry)
        flat = all(e.value.kind == "scalar" or e.value.flow for e in made.entries)
        made.flow = not items or (was.flow if was.kind in ("map", "seq") and not moved.at.key else flat)
        return made

    def _key(self, key: str, item: Moved) -> Part:
        entry = self.old[item.key_at.route]
        was = entry.key if item.key_at.key else entry.value
        if was is not None and was.kind == "scalar" and was.value == key:
            return replace(was, anchor=None)
        return Part("scalar", 0, 0, 0, key)

    def _scalar(self, moved: Moved) -> Part:
        entry = self.old[moved.at.route]
        was = entry.key if moved.at.key else entry.value
        if was is not None and was.kind == "scalar" and _same(was, moved.value):
            return replace(was, anchor=None)
        if isinstance(moved.value, str):
            return Part("scalar", 0, 0, 0, moved.value)
        return Part("scalar", 0, 0, 0, scalar(moved.value), plain=True)

    def claim(self, entry: Entry, route: Route) -> None:
        """Give a new entry the comments of an old one, unless another has them."""
        was = self.old[route]
        if route in self.claimed:
            return
        self.claimed[route] = entry
        entry.before += was.before
        entry.eol += was.eol
        entry.blank = entry.blank or was.blank

    def place_rest(self, root: Entry, tails: dict[Route, Part]) -> None:
        """Comments of entries, and at the ends of blocks, that are no more."""
        waiting: list[tuple[Route, list[Comment]]] = [(r, e.before + e.eol) for r, e in self.old.items() if r not in self.claimed]
        waiting += [(r, part.tail) for r, part in tails.items() if r not in self.ended]
        for route, comments in waiting:
            if comments:
                self._near(route, root).before.extend(comments)

    def _near(self, route: Route, root: Entry) -> Entry:
        """The first entry that came of what stood at the route, else the nearest that held it."""
        inside = (e for r, e in self.claimed.items() if r and r[: len(route)] == route)
        above = (self.claimed[route[:n]] for n in range(len(route) - 1, 0, -1) if route[:n] in self.claimed)
        return next(inside, None) or next(above, None) or (root.value.entries[0] if root.value.entries else root)


def _same(was: Part, value: Any) -> bool:
    """Whether the old scalar says this value."""
    said = resolve(was.value) if was.plain else was.value
    return type(said) is type(value) and said == value
