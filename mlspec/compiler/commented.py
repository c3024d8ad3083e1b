"""Traced values as YAML with the origin of each as a comment at the end of its line. The text is YAML again: comments are all it adds."""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.compiler.origins import Origin, Traced
from mlspec.language.yaml.write import scalar

MAX_COLUMN = 60
"""Comments stand in one column, but no further right than this."""

Line = tuple[str, Origin | None]


def commented(traced: Traced) -> str:
    """Return block-style YAML, each value with its origin; parts that share one origin with their whole are not commented again."""
    lines = _block(traced, 0)
    column = min(MAX_COLUMN, max((len(text) for text, origin in lines if origin), default=0)) + 2
    return "".join(_join(text, origin, column) for text, origin in lines)


def _join(text: str, origin: Origin | None, column: int) -> str:
    return f"{text}\n" if origin is None else f"{text.ljust(column - 2)}  # {_one_line(str(origin))}\n"


def _one_line(text: str) -> str:
    """A comment can't hold what would end it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _block(traced: Traced, indent: int) -> list[Line]:
    pad = " " * indent
    if isinstance(traced.parts, Mapping):
        return [line for key, part in traced.parts.items() for line in _entry(f"{pad}{scalar(key)}:", part, indent + 2)]
    return [line for part in traced.parts or () for line in _item(pad, part, indent)]


def _entry(prefix: str, part: Traced, indent: int) -> list[Line]:
    if _is_flow(part):
        return [(f"{prefix} {_flow(part)}", part.origin)]
    return [(prefix, None), *_block(part, indent)]


def _item(pad: str, part: Traced, indent: int) -> list[Line]:
    if _is_flow(part):
        return [(f"{pad}- {_flow(part)}", part.origin)]
    if isinstance(part.parts, Mapping):
        (first, origin), *rest = _block(part, indent + 2)
        return [(f"{pad}- {first.lstrip(' ')}", origin), *rest]
    return [(f"{pad}-", None), *_block(part, indent + 2)]


def _is_flow(traced: Traced) -> bool:
    """Scalars, empty collections, and lists of scalars that all stand where the list does."""
    if not traced.parts or isinstance(traced.parts, Mapping):
        return not traced.parts
    return all(p.parts is None and str(p.origin) == str(traced.origin) for p in traced.parts)


def _flow(traced: Traced) -> str:
    if traced.parts is None:
        return scalar(traced.value)
    if isinstance(traced.parts, Mapping):
        return "{}"
    return "[" + ", ".join(scalar(p.value) for p in traced.parts) + "]"
