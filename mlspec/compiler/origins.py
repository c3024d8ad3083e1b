"""Where each value of an object comes from: written, default, variable, shorthand. Bound -> a tree, and the tree as lines of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Span
from mlspec.language.kinds.base import SpecModel
from mlspec.language.yaml.document import Document, Route

How = Literal["written", "default", "variable", "shorthand"]
_USE = re.compile(r"\$\{(?:var\.([A-Za-z_][A-Za-z0-9_-]*)|(env))\}")


@dataclass(frozen=True, slots=True)
class Origin:
    """`span`: where the value (or the shorthand, or the use of the variable) stands; None for a default.

    `text`: the variable's name, or what is written when it reads otherwise than it stands (`20%`, `mae <= 50`).
    """

    how: How
    span: Span | None = None
    text: str | None = None

    def __str__(self) -> str:
        """The comment behind the value: `specs/models.yaml:12`, `default`, `variable region, specs/models.yaml:12`."""
        if self.span is None:
            return self.how
        place = f"{self.span.path}:{self.span.line}"
        if self.how == "variable":
            return f"variable {self.text}, {place}"
        return f"{place}, from `{self.text}`" if self.text else place

    def as_json(self) -> dict[str, str | int]:
        """`{"how", "file", "line", "text"}`, the last three where they are known."""
        place: dict[str, str | int] = {"file": self.span.path, "line": self.span.line} if self.span else {}
        return {"how": self.how, **place, **({"text": self.text} if self.text else {})}


@dataclass(frozen=True, slots=True)
class Traced:
    """A value of the canonical form with its origin; the parts of a mapping or list carry their own."""

    value: Any
    origin: Origin
    parts: Mapping[str, Traced] | tuple[Traced, ...] | None = None


_DEFAULT = Origin("default")
_GONE = object()
_ENVELOPE = ("apiVersion", "kind", "metadata", "spec")


def trace(bound: Bound[Any]) -> Traced:
    """Return the canonical form of an object, every value with its origin."""
    form = bound.envelope.canonical()
    ordered = {key: form[key] for key in sorted(form, key=_ENVELOPE.index)}
    traced = _trace(bound.envelope, ordered, bound.document, ())
    parts = traced.parts if isinstance(traced.parts, Mapping) else {}
    return Traced(ordered, traced.origin, {key: parts[key] for key in ordered})


def flat(traced: Traced, route: str = "") -> Iterator[tuple[str, Traced]]:
    """Yield (`spec.split.test`, value) of every scalar and every empty collection, in the order of the canonical form."""
    if not traced.parts:
        yield route, traced
    elif isinstance(traced.parts, Mapping):
        for key, part in traced.parts.items():
            yield from flat(part, f"{route}.{key}".removeprefix("."))
    else:
        for index, part in enumerate(traced.parts):
            yield from flat(part, f"{route}[{index}]")


def _trace(typed: Any, form: Any, document: Document, route: tuple[str | int, ...]) -> Traced:
    """`typed` is what pydantic read (it knows which fields were given), `form` the same in the canonical form."""
    written = _written(document, route)
    origin = _origin(written, form, document, route)
    if isinstance(typed, SpecModel) and isinstance(form, dict):
        return Traced(form, origin, _fields(typed, form, document, route, origin))
    if isinstance(form, dict):
        items = {k: _trace(typed[k] if isinstance(typed, Mapping) else v, v, document, (*route, k)) for k, v in form.items()}
        return Traced(form, origin, items)
    if isinstance(form, list):
        return Traced(form, origin, tuple(_trace(t, v, document, (*route, i)) for i, (t, v) in enumerate(zip(typed, form, strict=True))))
    return Traced(form, origin)


def _fields(typed: SpecModel, form: dict[str, Any], document: Document, route: tuple[str | int, ...], own: Origin) -> dict[str, Traced]:
    """The fields of a model: given ones are looked up in the document; those of a shorthand share its place; the rest are defaults."""
    found = {}
    for name, info in type(typed).model_fields.items():
        key = info.alias or name
        if key not in form:
            continue
        if name not in typed.model_fields_set:
            found[key] = _whole(form[key], _DEFAULT)
        elif own.how == "shorthand":
            found[key] = _whole(form[key], own)
        else:
            found[key] = _trace(getattr(typed, name), form[key], document, (*route, key))
    return found


def _whole(form: Any, origin: Origin) -> Traced:
    """A value whose every part has one origin."""
    if isinstance(form, dict):
        return Traced(form, origin, {k: _whole(v, origin) for k, v in form.items()})
    return Traced(form, origin, tuple(_whole(v, origin) for v in form)) if isinstance(form, list) else Traced(form, origin)


def _written(document: Document, route: Route) -> Any:
    value = document.value
    for part in route:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return _GONE
    return value


def _origin(written: Any, form: Any, document: Document, route: Route) -> Origin:
    if written is _GONE:
        return _DEFAULT
    names = _variables(written)
    if names:
        return Origin("variable", document.span(route), ", ".join(names))
    place = document.span(route, key=bool(route) and isinstance(route[-1], str))
    if isinstance(form, dict | list) and not isinstance(written, dict | list):
        return Origin("shorthand", place, document.raw(route))
    differs = not isinstance(form, dict | list) and written != form
    return Origin("written", place, document.raw(route) if differs else None)


def _variables(written: Any) -> list[str]:
    if not isinstance(written, str) or "${" not in written:
        return []
    return list(dict.fromkeys(m[1] or m[2] for m in _USE.finditer(written)))
