"""One value of a document written anew, or added, in the text as people wrote it: comments, order and style of all else stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import problem
from mlspec.language.format.places import Places
from mlspec.language.format.tree import Part, read_pages
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import scalar

_BOM = b"\xef\xbb\xbf"
_BY_HAND = "write it into the spec by hand"


def put(path: str, content: bytes, index: int, route: Sequence[str], value: Any) -> bytes:
    """The file with `value` at `route` (keys from the document's root) of its document number `index`. The file must be sound YAML.

    Keys that are not there are added below the last one that is. Raises MLS0841 where a text can't be edited so: something that is no
    mapping stands on the way, a value of several lines is in the place, or anchors would change more than was asked for.
    """
    text = content.decode("utf-8-sig")
    start, end, new = _edit(Places.of(path, text), read_pages(text)[index].root.value, route, value)
    edited = (_BOM if content.startswith(_BOM) else b"") + (text[:start] + new + text[end:]).encode()
    if _values(path, edited) != _expected(_values(path, content), index, route, value):
        message = f"`{'.'.join(route)}` can't be set in this text without changing more than that"
        raise problem("MLS0841", message, help=_BY_HAND, span=Places.of(path, text).span(start, end))
    return edited


def flow(value: Any) -> str:
    """A value on one line, as YAML. Raises TypeError and ValueError as `scalar` does."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def _edit(places: Places, part: Part, route: Sequence[str], value: Any) -> tuple[int, int, str]:
    """(start, end, new text)."""
    for depth, key in enumerate(route):
        rest = _nested(route[depth:], value)
        if _is_empty(part):
            return part.start, part.end, f" {flow(rest)}" if part.start == part.end else flow(rest)
        if part.kind != "map":
            raise _no_mapping(places, part, route[:depth])
        entry = next((e for e in part.entries if e.key is not None and e.key.value == key), None)
        if entry is None:
            return _added(places.text, part, rest)
        part = entry.value
    return _replaced(places, part, route, value)


def _is_empty(part: Part) -> bool:
    return part.kind == "scalar" and part.plain and part.value in ("", "~", "null")


def _nested(route: Sequence[str], value: Any) -> dict[str, Any]:
    for key in reversed(route):
        value = {key: value}
    return dict(value)


def _replaced(places: Places, part: Part, route: Sequence[str], value: Any) -> tuple[int, int, str]:
    if part.start == part.end:
        return part.start, part.end, f" {flow(value)}"
    if part.kind == "alias" or "\n" in places.text[part.start : part.end] or (part.kind != "scalar" and not part.flow):
        message = f"`{'.'.join(route)}` is no value on one line"
        raise problem("MLS0841", message, help=_BY_HAND, span=places.span(part.start, part.end))
    return part.start, part.end, flow(value)


def _added(text: str, part: Part, new: Mapping[str, Any]) -> tuple[int, int, str]:
    """A new last entry of a mapping: within the braces, or on a line of its own below the last one."""
    entry = flow(new)[1:-1]
    if part.flow:
        at = part.entries[-1].value.end if part.entries else part.end - 1
        return at, at, f", {entry}" if part.entries else entry
    last = _last(part)
    line = text.find("\n", last.end - (last.style in ("|", ">")))
    at = len(text) if line < 0 else line - (text[line - 1 : line] == "\r")
    ends = "\r\n" if text[at : at + 1] == "\r" else "\n"
    return at, at, f"{ends}{' ' * part.column}{entry}"


def _last(part: Part) -> Part:
    """What ends a block: its last entry's last entry, and so on."""
    while part.kind in ("map", "seq") and not part.flow and part.entries:
        part = part.entries[-1].value
    return part


def _values(path: str, content: bytes) -> list[Any] | None:
    documents, found = load_documents(path, content)
    return None if found else [document.value for document in documents]


def _expected(values: list[Any] | None, index: int, route: Sequence[str], value: Any) -> list[Any]:
    assert values is not None  # noqa: S101 - the file is sound
    return [_with(old, route, value) if number == index else old for number, old in enumerate(values)]


def _with(old: Any, route: Sequence[str], value: Any) -> Any:
    if not route:
        return value
    known = old if isinstance(old, dict) else {}
    return {**known, route[0]: _with(known.get(route[0]), route[1:], value)}


def _no_mapping(places: Places, part: Part, route: Sequence[str]) -> Exception:
    message = f"`{'.'.join(route)}` has no keys: it is no mapping here"
    return problem("MLS0841", message, help=_BY_HAND, span=places.span(part.start, part.end))
