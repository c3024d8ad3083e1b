"""A table of text columns -> the SELECT of its typed columns: facts from all rows, a closer look where it is needed, notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.runtime.ingest.doubts import Column, settle
from mlspec.runtime.ingest.judge import ask, closer, gather, kind_of, needs_a_closer_look
from mlspec.runtime.spelling import as_kind
from mlspec.runtime.tables import ident


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: the SELECT of its rows, with the types they keep, and what is to be told of it.

    `missing_words`: what stands in a CSV's columns of numbers, dates or timestamps for a missing value.
    """

    query: str
    notes: tuple[Diagnostic, ...] = ()
    missing_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Types:
    """The DuckDB type of each text column that is not to stay text, with what `Reading` has."""

    kinds: Mapping[str, str]
    notes: tuple[Diagnostic, ...]
    missing_words: tuple[str, ...]


def tell(
    connection: Any,
    relation: str,
    names: Sequence[str],
    params: Mapping[str, Any],
    *,
    strings: Collection[str] = (),
    nulls: Sequence[str] | None = None,
) -> Types:
    """Tell the types of text columns, those in `names`. Raises MLS0617.

    `params`: the section of the stage, of which `types` (declared type by column) and `pii` are read. `strings`: columns that can only
    be text, dates or timestamps. `nulls`: a CSV's `nullValues`.
    """
    declared, pii = params.get("types", {}), params.get("pii", ())
    facts = gather(connection, relation, names, declared, strings)
    first = {name: kind_of(facts[name], declared.get(name)) for name in names}
    unsure = [n for n in names if needs_a_closer_look(facts[n], first[n])]
    closely = ask(connection, relation, {n: closer(facts[n], first[n]) for n in unsure})
    settled = {
        n: settle(Column(connection, relation, n, declared.get(n), n in pii, nulls), first[n], {**facts[n], **closely[n]}) for n in closely
    }
    found = {n: settled[n].kind if n in settled else first[n] for n in names}
    words = dict.fromkeys(w for s in settled.values() for w in s.missing_words)
    return Types({n: k for n, k in found.items() if k}, tuple(s.note for s in settled.values() if s.note), tuple(words))


def typed(name: str, kind: str | None) -> str:
    """The item of the SELECT for a text column that gets a type, or stays text."""
    return f"{as_kind(ident(name), kind)} AS {ident(name)}" if kind else ident(name)
