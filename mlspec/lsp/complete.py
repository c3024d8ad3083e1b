"""Completion: keys from the schema, values from the schema and the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from mlspec.diagnostics.fix import written
from mlspec.lsp import fields
from mlspec.lsp.cursor import Place, places
from mlspec.lsp.describe import field_text
from mlspec.lsp.files import ProjectFiles
from mlspec.lsp.positions import Positions
from mlspec.lsp.values import values_at

_KIND = types.CompletionItemKind
_KINDS = {
    "object": _KIND.Reference,
    "column": _KIND.Field,
    "metric": _KIND.Function,
    "class": _KIND.Class,
    "variable": _KIND.Variable,
    "enum": _KIND.EnumMember,
    "example": _KIND.Value,
}
_COMMIT = types.InsertTextMode.AdjustIndentation


def complete(files: ProjectFiles, path: str, offset: int, positions: Positions) -> list[types.CompletionItem]:
    """Return what may be written at an offset of a file, keys before values."""
    items: dict[str, types.CompletionItem] = {}
    for place in places(positions.text, offset, positions):
        made = _keys(files, path, place, positions) if place.is_key else _values(files, path, place, positions)
        items |= {item.label: item for item in made if item.label not in items}
    return list(items.values())


def _keys(files: ProjectFiles, path: str, place: Place, positions: Positions) -> Iterator[types.CompletionItem]:
    there = {str(s.route[-1]) for s in place.before if s.is_key and s.document == place.document and s.route[:-1] == place.route}
    later = {str(s.route[-1]) for s in files.scan(path).keys(place.document, place.route) if s.start > place.end}
    needed = fields.required(place.kind, place.route)
    nested = None if place.is_flow else _nested(positions.line_before(place.start))
    has_colon = positions.text[place.end : place.end + 1] == ":"
    for name, form in _known(place).items():
        if name not in there | later:
            yield types.CompletionItem(
                label=name,
                kind=_KIND.Property,
                detail=fields.type_text(place.kind, (*place.route, name)) + (" (required)" if name in needed else ""),
                documentation=_markdown(field_text(place.kind, (*place.route, name))) if place.kind else form.get("description"),
                sort_text=f"{0 if name in needed else 1}{name}",
                filter_text=name,
                text_edit=_edit(place, positions, name if has_colon else name + _after(form, nested)),
                insert_text_mode=_COMMIT,
            )


def _known(place: Place) -> dict[str, dict[str, Any]]:
    if place.kind is None and not place.route:
        words = {
            "apiVersion": "The language version.",
            "kind": "What the object is.",
            "metadata": "Names the object.",
            "spec": "What it says.",
        }
        return {name: {"type": "string", "description": text} for name, text in words.items()}
    return fields.properties(place.kind, place.route)


def _nested(line: str) -> int:
    """How much deeper than its line the block below a key begins that is written after `line`; editors add the line's own indentation."""
    return len(line.lstrip(" ")) + 2


def _after(form: dict[str, Any], nested: int | None) -> str:
    """What follows a key: the place of its value, on a line of its own for mappings. `nested` is None in flow style."""
    branches = [form, *form.get("anyOf", ())]
    is_mapping = any("$ref" in b or b.get("type") == "object" for b in branches) and not any(
        b.get("type") in ("string", "array") for b in branches
    )
    return ": " if nested is None or not is_mapping else ":\n" + " " * nested


def _values(files: ProjectFiles, path: str, place: Place, positions: Positions) -> Iterator[types.CompletionItem]:
    for rank, value in enumerate(values_at(files, path, place)):
        text = str(value.text)
        raw = text if place.quote or not value.is_text else written(text)
        if place.typed.startswith('"') or value.kind == "variable":
            raw = text if place.quote else f'"{text}"'
        yield types.CompletionItem(
            label=text,
            kind=_KINDS[value.kind],
            detail=value.detail or None,
            documentation=_markdown(value.documentation) if value.documentation else None,
            sort_text=f"2{rank:05d}",
            filter_text=text,
            text_edit=_edit(place, positions, raw),
        )


def _edit(place: Place, positions: Positions, text: str) -> types.TextEdit:
    return types.TextEdit(positions.range(place.start, place.end), text)


def _markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)
