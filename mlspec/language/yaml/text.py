"""What can be wrong with a file before it is YAML: its size, its encoding, its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.yaml.limits import LIMITS

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CONFLICT = re.compile(r"^(<{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def decode(path: str, text: str | bytes, size: int = LIMITS.size) -> tuple[str | None, list[Diagnostic]]:
    """Return the text without its byte order mark, or the problem of its bytes, of which it may have `size`."""
    if len(text) > size:
        return None, [Diagnostic("MLS0130", f"the file is larger than a spec may be, {size:,} bytes", Span(path), "split it")]
    if isinstance(text, str):
        return text.removeprefix("\ufeff"), []
    if text[:2] in _UTF_16_MARKS or 0 in text[:2]:
        return None, [Diagnostic("MLS0131", "the file is UTF-16 or UTF-32, and a spec is UTF-8", Span(path), "save the file as UTF-8")]
    try:
        return text.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8-sig")
        message = f"the byte 0x{text[error.start]:02x} is not UTF-8"
        return None, [Diagnostic("MLS0131", message, span_at(path, before, len(before)), "save the file as UTF-8")]


def text_problems(path: str, text: str) -> list[Diagnostic]:
    """Return what makes parsing pointless: conflict markers, control characters."""
    return list(_conflicts(path, text)) or list(_characters(path, text))


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


def _span(path: str, text: str, found: re.Match[str]) -> Span:
    return span_at(path, text, found.start(), found.end() - found.start())


def breaks(text: str, start: int, end: int) -> int:
    """How many lines end between two offsets."""
    return sum(1 for _ in _BREAK.finditer(text, start, end))


def span_at(path: str, text: str, position: int, length: int = 1) -> Span:
    """Return the span of `length` characters at an offset of the text; lines end where YAML's lines end."""
    line, start = 1, 0
    for found in _BREAK.finditer(text, 0, position):
        line, start = line + 1, found.end()
    column = position - start + 1
    return Span(path, line, column, line, column + max(1, length))
