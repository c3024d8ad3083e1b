"""What can be wrong with a file before it is YAML: its size, its encoding, its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.diagnostics import Diagnostic, Span

MAX_BYTES = 4_000_000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CONFLICT = re.compile(r"^(<{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_TAB_INDENT = re.compile(r"^ *\t+(?=[^\s#])", re.MULTILINE)


def decode(path: str, text: str | bytes) -> tuple[str | None, list[Diagnostic]]:
    """Return the text without its byte order mark, or the problem of its bytes."""
    if len(text) > MAX_BYTES:
        return None, [Diagnostic("MLS0130", f"the file has {len(text):,} bytes; a spec has at most {MAX_BYTES:,}", Span(path), "split it")]
    if isinstance(text, str):
        return text.removeprefix("\ufeff"), []
    try:
        return text.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        wide = text[:2] in (b"\xff\xfe", b"\xfe\xff")
        message = "the file is UTF-16, and a spec is UTF-8" if wide else f"the byte 0x{text[error.start]:02x} is not UTF-8"
        return None, [Diagnostic("MLS0131", message, Span(path, line, 1, line, 1), "save it as UTF-8")]


def text_problems(path: str, text: str) -> list[Diagnostic]:
    """Return what makes parsing pointless: conflict markers, control characters, tabs as indentation."""
    conflicts = list(_conflicts(path, text))
    return conflicts or [*_characters(path, text), *_tabs(path, text)]


def _conflicts(path: str, text: str) -> Iterator[Diagnostic]:
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return
    found = next(_CONFLICT.finditer(text), None)
    if found:
        yield Diagnostic("MLS0132", "a merge conflict was left unsolved", _span(path, text, found), "keep one side and remove the markers")


def _characters(path: str, text: str) -> Iterator[Diagnostic]:
    found = _CONTROL.search(text)
    if found:
        message = f"the control character U+{ord(found.group()):04X} is not allowed"
        yield Diagnostic("MLS0133", message, _span(path, text, found), "remove it, or write it escaped in double quotes")


def _tabs(path: str, text: str) -> Iterator[Diagnostic]:
    found = _TAB_INDENT.search(text) if "\t" in text else None
    if found:
        yield Diagnostic("MLS0134", "a tab indents the line", _span(path, text, found), "indent with spaces")


def _span(path: str, text: str, found: re.Match[str]) -> Span:
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    return Span(path, line, column, line, column + max(1, found.end() - found.start()))
