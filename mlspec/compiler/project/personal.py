"""Which columns are personal data: marks, what steps make of marked columns, and what keeps its name in rows made of others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from mlspec.compiler.project import as_read
from mlspec.compiler.project.project import Bound, Project

_NOT_NAMES = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAMES = re.compile(r'"((?:[^"]|"")*)"|([^\W\d]\w*)')


class Personal(NamedTuple):
    """`origin`: where it comes from, `source/riders.email`. `pseudonymised`: nothing but keyed digests is left of it."""

    origin: str
    pseudonymised: bool


def personal_flow(project: Project, data: Bound[Any]) -> dict[str, Personal]:
    """{column: where it comes from} of a source's or a feature set's rows.

    A column that is `anonymised` is none. In a function of Python or a SELECT a column is followed as far as it keeps its name.
    """
    found: dict[str, Personal] = {}
    known, waiting = {data.ref}, [data]
    while waiting:
        bound = waiting.pop(0)
        for name, personal in _own(bound).items():
            found.setdefault(name, personal)
        for ref in project.made_of(bound):
            above = project.data_of(ref.partition("/")[2])
            if above is not None and above.ref not in known:
                known.add(above.ref)
                waiting.append(above)
    return {name: personal for name, personal in found.items() if name not in _denied(data)}


def _denied(bound: Bound[Any]) -> set[str]:
    return {c.name for c in bound.envelope.spec.columns if c.anonymised and not c.pii}


def _own(bound: Bound[Any]) -> dict[str, Personal]:
    spec = bound.envelope.spec
    marked = {c.name for c in spec.columns if c.pii}
    if bound.envelope.kind != "DataSource":
        return {name: Personal(f"{bound.ref}.{name}", False) for name in marked}
    read = {as_read.source_name(spec, name, derived=True): Personal(f"{bound.ref}.{name}", False) for name in sorted(marked)}
    found = _after_steps(spec, {name: personal for name, personal in read.items() if name})
    declared = {c.name for c in spec.columns}
    kept = {n: p for n, p in found.items() if n in marked or not declared or n in declared}
    denied = _denied(bound)
    plain = {name: Personal(f"{bound.ref}.{name}", False) for name in marked}
    return {name: personal for name, personal in (plain | kept).items() if name not in denied}


def _after_steps(spec: Any, now: dict[str, Personal]) -> dict[str, Personal]:
    """What is personal after each step of cleaning."""
    for step in spec.clean:
        if step.rename:
            now = {step.rename.get(name, name): personal for name, personal in now.items()}
        elif step.drop:
            now = {name: personal for name, personal in now.items() if name not in step.drop}
        elif step.pseudonymise and step.pseudonymise.column in now:
            now |= {step.pseudonymise.column: now[step.pseudonymise.column]._replace(pseudonymised=True)}
        elif step.derive:
            used = [now[name] for name in now if name.casefold() in names_in(step.derive.sql)]
            if used:
                now |= {step.derive.column: Personal(used[0].origin, all(p.pseudonymised for p in used))}
    return now


def names_in(sql: str) -> set[str]:
    """The words of a SQL text that may be columns, in small letters: what stands in no text and no comment."""
    return {(quoted.replace('""', '"') or word).casefold() for quoted, word in _NAMES.findall(_NOT_NAMES.sub(" ", sql))}


def told(found: Mapping[str, Personal]) -> list[str]:
    """Each in words: `rider_email (of source/riders.email, pseudonymised)`."""
    return [f"{name} (of {p.origin}{', pseudonymised' if p.pseudonymised else ''})" for name, p in sorted(found.items())]
