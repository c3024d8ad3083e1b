"""What is looked for in a workbook's own text, as no library says it: merged cells, formulas without a value, what no honest one has."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mlspec.diagnostics import Problems, problem
from mlspec.runtime.ingest.archives.unpack import FREE, RATIO

_CHUNK = 1 << 20
_HEAD = 1 << 16
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_COMMENTS, _ELEMENT = re.compile(rb"<!--.*?-->", re.DOTALL), re.compile(rb"<[A-Za-z_:]")
_P = rb"(?:\w+:)?"
_FORMULA = re.compile(rb"<" + _P + rb"f[\s/>]")
_MERGED = re.compile(rb"<" + _P + rb'mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?"')
_UNCOMPUTED = re.compile(
    rb"<" + _P + rb"c\b([^>]*)>\s*<" + _P + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _P + rb"f>)"
    rb"(?:\s*<" + _P + rb"v\s*/>|\s*<" + _P + rb"v>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)  # fmt: skip
_CELL = re.compile(rb"<" + _P + rb"c\s")
_NEAR = 1 << 16
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_RECOMPUTE = re.compile(rb'fullCalcOnLoad="(?:1|true)"')
_SAVE = "open it in a spreadsheet program, let it compute, and save it"


def refused(shown: str, why: str, fix: str) -> Problems:
    """The diagnostic of a workbook that can't be rows."""
    return problem("MLS0684", f"`{shown}`: {why}", help=fix)


def check_archive(path: Path, shown: str) -> None:
    """Raise MLS0684 for what is no archive, of which too much would come out, or whose parts define entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > max(FREE, RATIO * path.stat().st_size):
                raise refused(shown, f"more than {RATIO} times its own size comes out of it: it is taken for an attack on memory", _SAVE)
            for info in infos:
                if info.flag_bits & 1:
                    raise refused(shown, f"`{info.filename}` in it is encrypted", "save it without a password")
                if info.filename.endswith((".xml", ".rels")):
                    with archive.open(info) as file:
                        _check_head(file.read(_HEAD), info.filename, shown)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise refused(shown, f"it is no workbook of .xlsx, or it is cut off: {error}", "fetch it again, or save it anew") from error


def _check_head(head: bytes, name: str, shown: str) -> None:
    """A document type stands before the first element, if there is one."""
    text = _COMMENTS.sub(b"", head.decode("utf-16", "replace").encode() if head.startswith(_UTF16) else head)
    first = _ELEMENT.search(text)
    if b"<!" in text[: first.start() if first else len(text)] or (first is None and len(head) == _HEAD):
        raise refused(shown, f"`{name}` in it has a document type, which no workbook has", _SAVE)


def check_sheet(path: Path, part: str, first: int, shown: str) -> None:
    """Raise MLS0684 for merged cells from row `first` on, and for formulas whose values nobody computed. `part`: the sheet's name in it."""
    with zipfile.ZipFile(path) as archive:
        computes = "xl/workbook.xml" in archive.namelist() and bool(_RECOMPUTE.search(archive.read("xl/workbook.xml")))
        for text in _parts(archive, part.removeprefix("/")):
            _check_merged(text, first, shown)
            if _FORMULA.search(text):
                _check_computed(text, first, shown)
                if computes:
                    why = "it has formulas, and says itself that none of them was computed by the program that wrote it"
                    raise refused(shown, why, _SAVE)


def _parts(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of the sheet in pieces that end before a cell."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            near = max(0, len(text) - _NEAR)
            cells = [match.start() for match in _CELL.finditer(text, near)]
            at = cells[-1] if cells else max(text.rfind(b"<"), near)
            yield text[:at]
            tail = text[at:]
    yield tail


def _check_merged(text: bytes, first: int, shown: str) -> None:
    for match in _MERGED.finditer(text):
        last = int(match[4] or match[2])
        if last >= first:
            cells = b":".join(m for m in (match[1] + match[2], (match[3] or b"") + (match[4] or b"")) if m).decode()
            why = f"the cells {cells} are merged: their value stands in the first of them alone, and the others are empty"
            raise refused(shown, why, "split them, and fill each; above the headings they do no harm: `read: {headerRow: N}`")


def _check_computed(text: bytes, first: int, shown: str) -> None:
    for match in _UNCOMPUTED.finditer(text):
        place = _PLACE.search(match[1])
        is_text = b't="str"' in match[1]  # the value of a formula may be an empty text
        if not is_text and (place is None or int(place[2]) >= first):
            where = (place[1] + place[2]).decode() if place else "a cell"
            raise refused(shown, f"{where} holds a formula whose value was never computed", _SAVE)
