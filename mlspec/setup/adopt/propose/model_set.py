"""Models that differ by the entry of a foreach or a matrix alone -> one ModelSet, held to give each of them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.language.yaml.write import Commented
from mlspec.setup.adopt.facts import Draft

Entry = str | int | float | bool | Mapping[str, Any]


def template(specs: Sequence[Mapping[str, Any]], entries: Sequence[Any], names: Sequence[str]) -> tuple[dict[str, Any], str] | None:
    """(the template's `spec`, its name's pattern); None where the specs differ by more than what the entries say."""
    plain = [_plain(s) for s in specs]
    keys = [_keys(e) for e in entries]
    if len(specs) < 2 or any(not k for k in keys):
        return None
    made = _general(list(plain), keys)
    name = _general(list(names), [{k: _slug(v) for k, v in key.items()} for key in keys])
    if made is _DIFFERENT or name is _DIFFERENT or "${each." not in str(name):
        return None
    noted = _with_comments(made, specs[0])
    return noted, str(name)


def draft(name: str, entries: Sequence[Any], form: tuple[dict[str, Any], str], kpis: Sequence[Any], head: tuple[str, ...]) -> Draft:
    each = {"list": list(entries)}
    body = {"metadata": {"name": form[1]}, "spec": form[0]} | ({"kpis": list(kpis)} if kpis else {})
    return Draft("ModelSet", name, {"forEach": each, "guard": {"min": max(1, int(len(entries) * 0.9))}, "template": body}, head)


_DIFFERENT: Any = object()


def _keys(entry: Any) -> dict[str, Any]:
    """What `${each.KEY}` may stand for; {} for an entry that a ModelSet can't have."""
    if isinstance(entry, str | int | float | bool):
        return {"value": entry}
    if isinstance(entry, Mapping) and all(isinstance(v, str | int | float | bool) and str(k).isidentifier() for k, v in entry.items()):
        return {str(k): v for k, v in entry.items()}
    return {}


def _slug(value: Any) -> Any:
    import re

    return re.sub(r"[^a-z0-9]+", "-", str(value).casefold()).strip("-")


def _general(values: list[Any], keys: Sequence[Mapping[str, Any]]) -> Any:
    """One value that gives each of `values` when an entry is put in."""
    first = values[0]
    if isinstance(first, dict) and all(isinstance(v, dict) and v.keys() == first.keys() for v in values):
        found = {k: _general([v[k] for v in values], keys) for k in first}
        return _DIFFERENT if any(v is _DIFFERENT for v in found.values()) else found
    if isinstance(first, list) and all(isinstance(v, list) and len(v) == len(first) for v in values):
        items = [_general([v[i] for v in values], keys) for i in range(len(first))]
        return _DIFFERENT if any(v is _DIFFERENT for v in items) else items
    if all(v == first and type(v) is type(first) for v in values):
        return first
    return _by_entry(values, keys)


def _by_entry(values: list[Any], keys: Sequence[Mapping[str, Any]]) -> Any:
    """A text with `${each.KEY}` in it: the one that gives every value."""
    for key in keys[0]:
        if all(v == k[key] and type(v) is type(k[key]) for v, k in zip(values, keys, strict=True)):
            return f"${{each.{key}}}"
    if not all(isinstance(v, str) for v in values):
        return _DIFFERENT
    text = values[0]
    for key, value in sorted(keys[0].items(), key=lambda item: -len(str(item[1]))):
        if str(value):
            text = text.replace(str(value), f"${{each.{key}}}")
    return text if all(_filled(text, k) == v for v, k in zip(values, keys, strict=True)) else _DIFFERENT


def _filled(text: str, keys: Mapping[str, Any]) -> str:
    for key, value in keys.items():
        text = text.replace(f"${{each.{key}}}", str(value))
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Commented):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _with_comments(made: Any, first: Any) -> Any:
    """The template with the comments of the first model."""
    if isinstance(first, Commented):
        return Commented(made, first.comment)
    if isinstance(made, dict):
        return {k: _with_comments(v, first[k]) for k, v in made.items()}
    return [_with_comments(v, f) for v, f in zip(made, first, strict=True)] if isinstance(made, list) else made
