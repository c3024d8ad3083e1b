"""XML: an element a row, its attributes and the elements in it as columns. Read by expat, which comes with Python, in two passes.

Nothing that a document type declares is believed: entities are refused before they stand for anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.diagnostics.words import some
from mlspec.runtime.ingest.cells.table import ANY, Cell, Row, check_names
from mlspec.runtime.ingest.cells.table import write as write_table
from mlspec.runtime.ingest.text_file import BROKEN_GZIP, not_unpacked, opened

_CHUNK = 1 << 18
_PATHS = 1000
Found = dict[str, str]


def write(path: Path, read: Mapping[str, Any], shown: str, target: Path) -> None:
    """Write the rows of the file to `target`. Raises MLS0611, MLS0615 and MLS0685."""
    wanted = tuple(str(read["rows"]).strip("/").split("/")) if read.get("rows") else None
    names, paths, count = dict[str, None](), Counter[str](), 0
    for row in _rows(path, wanted, shown, paths):
        names.update(dict.fromkeys(row))
        count += 1
    if not count:
        raise _nothing(wanted, paths, shown)
    check_names(list(names), shown)
    write_table(_cells(_rows(path, wanted, shown, Counter()), list(names)), list(names), target, frozenset(read.get("nullValues", [""])))


def _cells(rows: Iterator[Found], names: list[str]) -> Iterator[Row]:
    for row in rows:
        yield [Cell(row[name], ANY) if name in row else None for name in names]


def _nothing(wanted: tuple[str, ...] | None, paths: Counter[str], shown: str) -> Problems:
    listed = [f"`{path}` ({count:,})" for path, count in sorted(paths.items(), key=lambda item: (-item[1], item[0]))]
    has = f"the elements are {some(listed, 4)}" if listed else "it has no elements in its first one"
    if wanted is None:
        return refused(shown, "it has no rows: nothing stands in its first element", has)
    near = did_you_mean("/".join(wanted), list(paths))
    return problem("MLS0611", f"`{shown}` has no elements `{'/'.join(wanted)}`", help=near if near and "?" in near else has)


def refused(shown: str, why: str, fix: str) -> Problems:
    """The diagnostic of XML that can't be rows."""
    return problem("MLS0685", f"`{shown}`: {why}", help=fix)


@dataclass(slots=True)
class _Element:
    """An element that is open, in a row: its key, its text so far, and whether elements stand in it."""

    key: str
    text: list[str] = field(default_factory=list)
    has_children: bool = False


@dataclass(slots=True)
class _Reader:
    """Makes rows of what expat tells. `wanted`: names from the root; None: all that stands in the first element."""

    shown: str
    wanted: tuple[str, ...] | None
    paths: Counter[str]
    parser: Any = None
    rows: list[Found] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _row: Found | None = None
    _inside: list[_Element] = field(default_factory=list)
    _first: str | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        own = name.rpartition(":")[2]
        self._open.append(own)
        if self._row is None:
            self._count()
            if not self._is_row(own):
                return
            self._row, self._inside = {}, [_Element("")]
        else:
            self._inside[-1].has_children = True
            before = self._inside[-1].key
            self._inside.append(_Element(f"{before}.{own}" if before else own))
        key = self._inside[-1].key
        for attribute, value in attributes.items():
            if attribute != "xmlns" and not attribute.startswith(("xmlns:", "xsi:")):
                local = attribute.rpartition(":")[2]
                self._put(f"{key}.{local}" if key else local, value)

    def _count(self) -> None:
        if len(self._open) > 1 and len(self._open) <= 4:
            path = "/".join(self._open)
            if path in self.paths or len(self.paths) < _PATHS:
                self.paths[path] += 1

    def _is_row(self, own: str) -> bool:
        if self.wanted is not None:
            return tuple(self._open) == self.wanted
        if len(self._open) != 2:
            return False
        self._first = self._first or own
        if own != self._first:
            fix = f"say which are rows: `read: {{rows: {self._open[0]}/{self._first}}}`"
            raise self._refused(f"`{own}` stands beside `{self._first}`", fix)
        return True

    def text(self, data: str) -> None:
        if self._row is not None:
            self._inside[-1].text.append(data)

    def end(self, name: str) -> None:
        own = self._open.pop()
        if self._row is None:
            return
        element = self._inside.pop()
        text = "".join(element.text)
        if element.has_children or (not element.key and self._row):
            if text.strip():
                raise self._refused(
                    f"text stands beside elements in `{name}`", "such text is no value: let a function read it, by `python`"
                )
        elif element.key or text.strip():
            self._put(element.key or own, text)
        if not self._inside:
            self.rows.append(self._row)
            self._row = None

    def _put(self, key: str, value: str) -> None:
        assert self._row is not None  # noqa: S101 - a row is open
        if key in self._row:
            fix = "a list is no value: name these elements as the rows, by `read: {rows: PATH}`, or let a function read it, by `python`"
            raise self._refused(f"`{key}` comes twice in one row", fix)
        self._row[key] = value

    def entity(self, name: str, *_: Any) -> None:
        raise self._refused(f"it declares the entity `{name}`", "write what it stands for in its place: declared entities are not read")

    def skipped(self, name: str, *_: Any) -> None:
        raise self._refused(f"it uses the entity `{name}`, which it does not declare", "write what it stands for in its place")

    def _refused(self, why: str, fix: str) -> Problems:
        return refused(f"{self.shown}, line {self.parser.CurrentLineNumber}", why, fix)


def _rows(path: Path, wanted: tuple[str, ...] | None, shown: str, paths: Counter[str]) -> Iterator[Found]:
    reader = _Reader(shown, wanted, paths)
    reader.parser = parser = expat.ParserCreate()
    parser.buffer_text = parser.specified_attributes = True  # none that a document type would add
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = reader.text, reader.entity
    parser.SkippedEntityHandler = reader.skipped
    try:
        with opened(path) as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                yield from reader.rows
                reader.rows.clear()
            parser.Parse(b"", True)
            yield from reader.rows
    except expat.ExpatError as error:
        raise refused(
            f"{shown}, line {error.lineno}", f"it is no XML, or cut off: {expat.ErrorString(error.code)}", "fetch it again"
        ) from error
    except BROKEN_GZIP as error:
        raise not_unpacked(shown, error) from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or can't give to expat
        raise refused(shown, f"it can't be read: {error}", "save it as UTF-8") from error
