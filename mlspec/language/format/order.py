"""The canonical order of keys: the envelope's, then as the language declares them. The keys of free mappings stay as they are."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from mlspec.language.format.tree import Part
from mlspec.language.kinds.base import API_VERSION, SpecModel
from mlspec.language.kinds.catalog import KINDS

ENVELOPE = ("apiVersion", "kind", "metadata", "spec")


FIRST = ("name", "environment", "q")
"""What says which thing is meant stands first; the rest as declared."""


def type_of(value: Mapping[str, Any]) -> Any:
    """Return the type of a document, or None when the language does not know its kind."""
    kind = value.get("kind")
    return KINDS.get(kind) if isinstance(kind, str) and value.get("apiVersion") == API_VERSION else None


def sort_keys(part: Part, annotation: Any, *, root: bool = False) -> None:
    """Put the entries of a tree in canonical order, in place; keys that the language does not know come last, as they stood."""
    if part.kind == "seq":
        inner = item(annotation)
        for entry in part.entries:
            sort_keys(entry.value, inner)
        return
    keys = [e.key.value for e in part.entries if e.key]
    known = {key: place for place, key in enumerate(ENVELOPE if root else _keys(annotation, keys))}
    for key, entry in zip(keys, part.entries, strict=True):
        sort_keys(entry.value, below(annotation, key))
    part.entries.sort(key=lambda e: known.get(e.key.value if e.key else "", len(known)))


def below(annotation: Any, key: str) -> Any:
    """Return the type of the value at `key` of a mapping, or None."""
    found = [_field(each, key) for each in _alternatives(annotation)]
    return _join([each for each in found if each is not None])


def item(annotation: Any) -> Any:
    """Return the type of the items of a sequence, or None."""
    found = []
    for each in _alternatives(annotation):
        if typing.get_origin(each) in (tuple, list):
            found += [a for a in typing.get_args(each) if a is not Ellipsis]
    return _join(found)


def _field(annotation: Any, key: str) -> Any:
    if _is_model(annotation):
        return next((info.annotation for name, info in annotation.model_fields.items() if (info.alias or name) == key), None)
    arguments = typing.get_args(annotation)
    return arguments[1] if typing.get_origin(annotation) is dict and len(arguments) == 2 else None


def _join(found: list[Any]) -> Any:
    return tuple(found) or None


def _keys(annotation: Any, keys: Sequence[str]) -> list[str]:
    """The keys of the model that knows most of `keys`. A free mapping has none. `name` comes first, as everywhere."""
    models = [each for each in _alternatives(annotation) if _is_model(each)]
    best: list[str] = []
    for model in models:
        names = [info.alias or name for name, info in model.model_fields.items()]
        if not best or len({*names} & {*keys}) > len({*best} & {*keys}):
            best = names
    return sorted(best, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, SpecModel)


def _alternatives(annotation: Any) -> list[Any]:
    """A type without `Annotated` and with its unions taken apart. A tuple of types stands for a union."""
    if annotation is None:
        return []
    if isinstance(annotation, tuple):
        return [inner for each in annotation for inner in _alternatives(each)]
    if isinstance(annotation, typing.TypeVar):
        return []
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _alternatives(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [inner for each in typing.get_args(annotation) for inner in _alternatives(each)]
    value = getattr(annotation, "__value__", None)
    return _alternatives(value) if value is not None else [annotation]
