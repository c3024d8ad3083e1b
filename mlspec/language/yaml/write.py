"""The one writer of generated YAML: the same value always becomes the same bytes.

A scalar is written plain only when every YAML reader (1.1 and 1.2) takes it for the same string; all else is
double-quoted on one line, with every control character escaped, so that no text from a spec can end its line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.language.yaml.header import HEADER_LINE

HEADER = HEADER_LINE + "\n"

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Commented:
    """A scalar with a comment behind it. The comment is our own text, one line, never a spec's."""

    value: Any
    comment: str


@dataclass(frozen=True, slots=True)
class Script:
    """Lines of a shell script, written as a literal block. Our own text, never a spec's."""

    text: str


def quote(text: str) -> str:
    """Return `text` as a double-quoted YAML scalar on one line."""
    if text.isprintable() and "\\" not in text and '"' not in text:
        return f'"{text}"'
    return '"' + "".join(_ESCAPES.get(c) or (c if _is_printable(c) else _escape(c)) for c in text) + '"'


def _is_printable(char: str) -> bool:
    """No surrogate is printable to Python either."""
    return char.isprintable()


def _escape(char: str) -> str:
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def is_plain(text: str) -> bool:
    """True where every YAML reader takes the bare text for this string."""
    return _PLAIN.fullmatch(text) is not None and text.casefold() not in _RESERVED


def scalar(value: Any) -> str:
    """Return a scalar as YAML text. Raises TypeError for a type that YAML has no plain form for, ValueError for NaN."""
    if type(value) is str:  # nine of ten
        return value if is_plain(value) else quote(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value if is_plain(value) else quote(value)
    raise TypeError(type(value).__name__)


def _number(value: float) -> str:
    """A float that YAML 1.1 and 1.2 both read as one: PyYAML takes `1e-05` for a string, so the mantissa gets its point."""
    if not math.isfinite(value):
        raise ValueError(value)
    text = repr(value)
    return re.sub(r"^(-?\d+)e", r"\1.0e", text)


def dump(value: Any) -> str:
    """Return a mapping or sequence as block-style YAML, keys in the order given, ending with a newline."""
    return "".join(line + "\n" for line in _block(value, 0))


def _block(value: Any, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, (dict, Mapping)):
        for key, item in value.items():
            lines += _entry(f"{pad}{scalar(key)}:", item, indent + 2)
    else:
        for item in value:
            lines += _item(pad, item, indent)
    return lines


def _entry(prefix: str, item: Any, indent: int) -> list[str]:
    if _is_collection(item) and item:
        return [prefix, *_block(item, indent)]
    if isinstance(item, Script):
        return [f"{prefix} |", *(f"{' ' * indent}{line}".rstrip() for line in item.text.strip("\n").split("\n"))]
    return [f"{prefix} {_inline(item)}"]


def _item(pad: str, item: Any, indent: int) -> list[str]:
    if isinstance(item, (dict, Mapping)) and item:
        first, *rest = _block(item, indent + 2)
        return [f"{pad}- {first.lstrip(' ')}", *rest]
    if _is_collection(item) and item:
        return [f"{pad}-", *_block(item, indent + 2)]
    return [f"{pad}- {_inline(item)}"]


def _inline(item: Any) -> str:
    if isinstance(item, Commented):
        return f"{_inline(item.value)} # {item.comment}"
    if _is_collection(item):
        return "{}" if isinstance(item, Mapping) else "[]"
    return scalar(item)


def _is_collection(value: Any) -> bool:
    """Plain types are told by name: asking an abstract class takes ten times as long, and this is asked of every value."""
    kind = type(value)
    if kind in _SCALARS or kind in _COLLECTIONS:
        return kind in _COLLECTIONS
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


_SCALARS, _COLLECTIONS = frozenset({str, int, float, bool, type(None)}), frozenset({dict, list, tuple})
