"""Turns pydantic's findings into diagnostics: with positions, near names, and each mistake told once."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlspec.compiler.load.variables import has_uses
from mlspec.compiler.load.wording import plain_words
from mlspec.diagnostics import Advice, Diagnostic, did_you_mean
from mlspec.diagnostics.fix import written
from mlspec.diagnostics.suggest import backticked, nearest
from mlspec.diagnostics.words import cut
from mlspec.language.kinds.base import SpecModel
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.scalars import resolve

Route = tuple[str | int, ...]
Only = Callable[[Route, str], bool]
"""Of which findings to speak, by where they stand and what pydantic calls them."""

_CUSTOM = {
    "mls_one_of": ("MLS0106", None),
    "mls_name": ("MLS0107", None),
    "mls_path": ("MLS0108", None),
    "mls_unit": ("MLS0109", None),
    "mls_repeated": ("MLS0110", "remove or rename one of the two"),
    "mls_kpi": ("MLS0111", None),
}
_AT_KEY = (
    "mls_one_of",
    "mls_split",
    "mls_task",
    "mls_features",
    "mls_tuning",
    "mls_deployment",
    "mls_no_check",
    "mls_no_column",
    "mls_kpi",
    "mls_storage_key",
    "mls_labels",
)
"""Findings about which keys a mapping has: they stand at a key."""
_ADDRESS = ("mls_url", "mls_endpoint")
"""Findings about an address: with an `@` in it, it may hold a password however it is spelt."""


def shape_diagnostics(
    error: ValidationError, document: Document, value: Any, model: type[SpecModel], only: Only = lambda *_: True
) -> list[Diagnostic]:
    """Return one diagnostic a mistake for a document that does not fit its kind; `only` says of which findings to speak."""
    places = [(r, e) for r, e in _located(error, value) if only(r, e["type"])]
    unknown = [(r, e) for r, e in places if e["type"] == "extra_forbidden"]
    renamed = {(*r[:-1], near) for r, _ in unknown if (near := nearest(str(r[-1]), keys_at(model, r[:-1])))}
    found = [_unknown_key(document, r, model) for r, _ in unknown]
    others = [(r, e) for r, e in places if e["type"] != "extra_forbidden" and not (e["type"] == "missing" and r in renamed)]
    rest = [(r, e) for r, e in others if e["type"].startswith("mls_") or not _deepest(places, r)]
    return found + [d for r, group in _by_route(rest) if (d := _one(document, value, r, group, model))]


def told(value: Any, *, sure: bool) -> Only:
    """Of which places of `value` to speak: where a variable has no value (not `sure`), not of those that use one."""
    return (lambda *_: True) if sure else (lambda route, _: not has_uses(at(value, route)))


def located(error: ValidationError, value: Any) -> list[tuple[Route, str]]:
    """Where in `value` each finding of `error` stands, and pydantic's name for its kind."""
    return [(route, e["type"]) for route, e in _located(error, value)]


def _located(error: ValidationError, value: Any) -> list[tuple[Route, ErrorDetails]]:
    return [(_route(e, value), e) for e in error.errors(include_url=False, include_input=False)]


def _deepest(located: Iterable[tuple[Route, ErrorDetails]], route: Route) -> list[Route]:
    """Routes below `route` with a finding of their own: the union branch that the user meant, so the others are noise."""
    return [r for r, e in located if len(r) > len(route) and r[: len(route)] == route and e["type"] in ("extra_forbidden", "missing")]


def _by_route(located: Iterable[tuple[Route, ErrorDetails]]) -> list[tuple[Route, list[ErrorDetails]]]:
    grouped: dict[Route, list[ErrorDetails]] = {}
    for route, error in located:
        grouped.setdefault(route, []).append(error)
    return list(grouped.items())


def _route(error: ErrorDetails, value: Any) -> Route:
    """Keep the parts of pydantic's location that are steps in the document (it adds names of union branches)."""
    route: list[str | int] = []
    for part in error["loc"]:
        if _has(value, part):
            route, value = [*route, part], value[part]
    if error["type"] == "missing":
        route.append(error["loc"][-1])
    return tuple(route)


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _unknown_key(document: Document, route: Route, model: type[SpecModel]) -> Diagnostic:
    allowed = keys_at(model, route[:-1])
    return Diagnostic(
        "MLS0101",
        f"unknown key `{route[-1]}`" + (f" in `{_dotted(route[:-1])}`" if route[:-1] else ""),
        document.span(route, key=True),
        did_you_mean(str(route[-1]), allowed),
    )


def _one(document: Document, value: Any, route: Route, errors: list[ErrorDetails], model: type[SpecModel]) -> Diagnostic | None:
    kind, here = errors[0]["type"], at(value, route)
    if kind == "missing":
        return _missing(document, route, value)
    if kind.startswith("mls_"):
        return _custom(document, route, errors[0])
    choice = next((e for e in errors if e["type"] == "literal_error"), None)
    if choice and (len(errors) == 1 or isinstance(here, str)):
        return _not_among(document, route, choice, here)
    if any(e["type"] == "string_type" for e in errors) and isinstance(here, int | float) and not len(errors) > 2:
        return quote_it(document, route, here)
    empty = ", and nothing stands here" if here is None else ""
    return Diagnostic(
        "MLS0103", f"{_label(route)}{_expected(errors)}{empty}", document.span(route), _advice(kind, here) or _keys(kind, model, route)
    )


def _advice(kind: str, value: Any) -> str | None:
    if kind == "bool_type" and str(value).casefold() in ("yes", "no", "on", "off"):
        meant = "true" if str(value).casefold() in ("yes", "on") else "false"
        return Advice(f"write `{meant}`: to YAML 1.2, `{value}` is text", meant, str(value))
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return _as_list(value)
    if kind in ("int_type", "float_type") and isinstance(value, str):
        return _bare_number(value, kind)
    return None


def _as_list(value: str | float) -> str:
    """A name or a number that stands alone is meant as the list of it; a longer text may be several."""
    text = f"write a list: [{_short(value)}]"
    alone = not isinstance(value, str) or re.fullmatch(r"[\w./-]+", value)
    return Advice(text, f"[{written(value) if isinstance(value, str) else json.dumps(value)}]", str(value)) if alone else text


def _bare_number(value: str, kind: str) -> str:
    text = "write a number without quotes"
    try:
        number = resolve(value) if value else None
    except ValueError:
        return text
    fits = isinstance(number, int) or (isinstance(number, float) and kind == "float_type")
    return Advice(text, value, value) if fits and not isinstance(number, bool) else text


def _keys(kind: str, model: type[SpecModel], route: Route) -> str | None:
    """The keys of the mapping that should stand at `route`."""
    return f"write its keys: {backticked(keys_at(model, route))}" if kind.startswith("model_") else None


def _missing(document: Document, route: Route, value: Any) -> Diagnostic:
    if isinstance(route[-1], int):
        here = route[:-1]
        message = f"{_label(here)}{route[-1] + 1} items are needed, and there are {len(at(value, here))}"
        return Diagnostic("MLS0103", message, document.span(here), "add what is missing")
    parent = f"`{_dotted(route[:-1])}`" if route[:-1] else "the document"
    return Diagnostic("MLS0102", f"the key `{route[-1]}` is missing from {parent}", document.span(route[:-1], key=True), "add it")


def _custom(document: Document, route: Route, error: ErrorDetails) -> Diagnostic:
    """A finding of the language's own checks. Its context may say what helps, and where below `route` the mistake stands (`at`)."""
    code, help_text = _CUSTOM.get(error["type"], ("MLS0112", None))
    context, message = error.get("ctx", {}), error["msg"]
    help_text = context.get("help") or help_text
    if help_text is None:
        message, _, help_text = message.partition(": ")
    span = document.span((*route, *context.get("at", ())), key=error["type"] in _AT_KEY)
    secret = error["type"] == "mls_url_secret" or (error["type"] in _ADDRESS and "@" in str(at(document.value, route)))
    return Diagnostic(code, f"{_label(route)}{message}", span, help_text or None, secret=secret)


_ELSEWHERE = {
    name: ours
    for ours, names in {
        "timestamp": "datetime datetime64 timestamptz datetime64[ns]",
        "number": "float float32 float64 double decimal numeric real",
        "integer": "int int32 int64 bigint smallint long",
        "string": "str text varchar char object category",
        "boolean": "bool",
        "multiclass": "classification",
    }.items()
    for name in names.split()
}
"""What SQL, pandas and other tools call it. The nearest name by its letters would be another type: `date` for `datetime`."""


def _not_among(document: Document, route: Route, error: ErrorDetails, value: Any) -> Diagnostic:
    allowed = error.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ").split(", ")
    meant = _ELSEWHERE.get(str(value).casefold(), "")
    advice = Advice(f"write `{meant}`", meant, str(value)) if meant in allowed else did_you_mean(str(value), allowed)
    return Diagnostic("MLS0105", f"{_label(route)}`{_short(value)}` is not allowed here", document.span(route), advice)


def quote_it(document: Document, route: Route, value: Any) -> Diagnostic:
    """The diagnostic for a number or boolean where text is expected."""
    raw, what = document.raw(route) or "the value", "a boolean" if isinstance(value, bool) else "a number"
    if "${" in raw:
        message, help_text = f"text is expected, and the variable is {what}", "declare it with `type: string`"
        return Diagnostic("MLS0103", f"{_label(route)}{message}", document.span(route), help_text)
    message = f"text is expected, and YAML reads `{raw}` as {what}"
    return Diagnostic("MLS0104", f"{_label(route)}{message}", document.span(route), Advice(f'quote it: "{raw}"', f'"{raw}"', raw))


def _expected(errors: list[ErrorDetails]) -> str:
    return " or ".join(dict.fromkeys(plain_words(e) for e in errors))


def _label(route: Route) -> str:
    return f"`{_dotted(route)}`: " if route else ""


def _dotted(route: Route) -> str:
    text = ""
    for part in route:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _short(value: Any) -> str:
    return cut(str(value), 40)


def at(value: Any, route: Route) -> Any:
    """What stands at `route`; None where nothing does."""
    for part in route:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def keys_at(model: type[SpecModel], route: Route) -> set[str]:
    """Return the keys allowed at a route of a kind (YAML spelling)."""
    classes: list[type[SpecModel]] = [model]
    for part in route:
        if isinstance(part, str):
            classes = [inner for cls in classes for inner in _field_models(cls, part)] or classes
    return {info.alias or name for cls in classes for name, info in cls.model_fields.items()}


def _field_models(cls: type[SpecModel], key: str) -> list[type[SpecModel]]:
    info = next((i for n, i in cls.model_fields.items() if (i.alias or n) == key), None)
    return list(_models_in(info.annotation)) if info else []


def _models_in(annotation: Any) -> Iterable[type[SpecModel]]:
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)
