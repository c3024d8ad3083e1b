"""How `mlspec fmt` writes a scalar: quoted where YAML readers differ on it, plain where it is a plain word, else as its author did."""

from __future__ import annotations

import re
from typing import Any

import yaml

from mlspec.language.format.tree import Part
from mlspec.language.yaml.scalars import resolve
from mlspec.language.yaml.write import quote

_WORDS = re.compile(r"[^\W]([\w./%-]| (?=[\w]))*")
"""Letters, digits, `_ . / % -` and single spaces: no indicator of YAML among them."""
_YAML_1_1_BOOLS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_IMPLICIT = yaml.SafeLoader.yaml_implicit_resolvers
_CANONICAL: dict[Any, str] = {None: "null", True: "true", False: "false"}


def scalar_text(part: Part) -> str:
    """Return the scalar on one line. What it is read as stays as it is."""
    if part.tag:
        return _single_line(part) if part.plain else quoted(part.value)
    if part.plain:
        value = resolve(part.value)
        if not isinstance(value, str):
            return _CANONICAL[value] if value is None or isinstance(value, bool) else part.value
    if is_ambiguous(part.value):
        return quoted(part.value)
    if _WORDS.fullmatch(part.value) or part.plain:
        return part.value
    return quoted(part.value)


def _single_line(part: Part) -> str:
    return part.value if part.value.isprintable() else quoted(part.value)


def is_ambiguous(text: str) -> bool:
    """Whether readers of YAML 1.1 and 1.2 differ on the bare text, or any takes it for something other than this text."""
    if not text or text != text.strip() or not text.isprintable() or text.casefold() in _YAML_1_1_BOOLS:
        return True
    if text.startswith(("...", "---")):  # at the start of a line it would end the document
        return True
    try:
        if not isinstance(resolve(text), str):
            return True
    except ValueError:
        return True
    candidates = [*_IMPLICIT.get(text[0], ()), *_IMPLICIT.get(None, ())]
    return any(expression.match(text) for _, expression in candidates) or re.fullmatch(r"[-+]?[0-9][0-9_,:]*(\.[0-9_]*)?", text) is not None


def quoted(text: str) -> str:
    """Double quotes; single ones where the text holds `"` or a backslash, and no `'`."""
    if ('"' in text or "\\" in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return quote(text)


def block_text(source: str, part: Part, indent: int) -> list[str] | None:
    """Return a `|` or `>` scalar as its header and its lines, indented; None where only quotes can say the same."""
    header, *body = source[part.start : part.end].split("\n")
    value = part.value
    if any(c in header.partition("#")[0] for c in "0123456789") or not value.strip("\n") or value.endswith("\n\n") or "\t" in header:
        return None
    while body and not body[-1].strip():
        body.pop()
    first = next((line for line in body if line.strip()), "")
    margin = len(first) - len(first.lstrip(" "))
    mark = header[0] + ("" if value.endswith("\n") else "-")
    lines = [" " * indent + line[margin:] if line[margin:] else "" for line in body]
    return [mark, *lines] if _reads_as([mark, *lines], value) else None


def folded_text(part: Part, indent: int, width: int) -> list[str] | None:
    """Return a long text as a folded block; None where folding would change it."""
    if "  " in part.value or not part.value.isprintable() or part.value != part.value.strip():
        return None
    lines, line = [], ""
    for word in part.value.split(" "):
        if line and indent + len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    text = [">-", *(" " * indent + each for each in (*lines, line))]
    return text if lines and _reads_as(text, part.value) else None


def _reads_as(lines: list[str], value: str) -> bool:
    """Whether the block, as the value of a key of the right depth, is read as `value`."""
    first = next((line for line in lines[1:] if line), "")
    depth = len(first) - len(first.lstrip(" "))
    holder = "".join(" " * level + "k:\n" for level in range(0, depth - 2, 2)) + " " * max(0, depth - 2) + "k: "
    try:
        read = yaml.load(holder + "\n".join(lines) + "\nz: 1\n", Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - strings only
    except yaml.YAMLError:
        return False
    while isinstance(read, dict):
        read = read.get("k")
    return bool(read == value)
