"""Numbers and booleans where a column of text is meant: YAML reads `1.10` as 1.1 and `007` as 7, and no row would hold either.

The keys of `replace` are always text (MLS0137).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.load.shape import quote_it
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.yaml.document import Document, Route
from mlspec.language.yaml.scalars import resolve


def spelling_problems(project: Project) -> Iterator[Diagnostic]:
    """Return MLS0104 for each value of a text column that is written otherwise than its text would be."""
    for source in project.sources.values():
        for index, step in enumerate(source.envelope.spec.clean):
            yield from _of_step(source, index, step)
    for rules in project.rules.values():
        of = project.sources.get(rules.envelope.spec.source)
        text = {c.name for c in of.envelope.spec.columns if c.type == "string"} if of else set()
        for index, rule in enumerate(rules.envelope.spec.rules):
            if rule.column in text:
                for place, value in enumerate(rule.in_ or ()):
                    yield from _unlike(rules.document, ("spec", "rules", index, "in", place), value)


def _of_step(source: Bound[Any], index: int, step: Any) -> Iterator[Diagnostic]:
    here = ("spec", "clean", index)
    if step.replace and _is_text(source.envelope.spec, index, step.replace.column):
        for key, value in step.replace.values.items():
            yield from _unlike(source.document, (*here, "replace", "values", key), value)
    if step.fill_missing and _is_text(source.envelope.spec, index, step.fill_missing.column):
        yield from _unlike(source.document, (*here, "fillMissing", "with"), step.fill_missing.with_)


def _unlike(document: Document, route: Route, value: Any) -> Iterator[Diagnostic]:
    from mlspec.runtime.clean.casting import as_text

    raw = document.raw(route)
    if raw is None or value is None or isinstance(value, str) or raw == as_text(value):
        return
    try:
        written = resolve(raw) == value  # else a variable, or another form of the language, stands there
    except ValueError:
        return
    if written:
        yield quote_it(document, tuple(route), value)


def _is_text(spec: Any, index: int, name: str) -> bool:
    """Whether a column is text at a step, or stays what it is until it is declared as text."""
    return _made_text(spec.clean[:index], name) or _ends_as_text(spec, index, name)


def _made_text(before: Any, name: str) -> bool:
    for step in reversed(before):
        if step.cast and step.cast.column == name:
            return bool(step.cast.to == "string")
        if step.derive and step.derive.column == name:
            return False
        if step.rename:
            name = next((old for old, new in step.rename.items() if new == name), name)
    return False


def _ends_as_text(spec: Any, index: int, name: str) -> bool:
    for step in spec.clean[index + 1 :]:
        if step.cast and step.cast.column == name:
            return bool(step.cast.to == "string")
        if (step.derive and step.derive.column == name) or name in (step.drop or ()):
            return False
        name = (step.rename or {}).get(name, name)
    return any(c.name == name and c.type == "string" for c in spec.columns)
