"""`mlspec materialize`, as a story: which sets, are they what is declared, then their newest rows to where servers read them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlspec.adapters.online import values
from mlspec.adapters.online.store import Contents, Place, Row, Store, StoreError, key_text, open_store
from mlspec.compiler.project.layout import features_output
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, problem
from mlspec.pipelines.content import file_md5
from mlspec.pipelines.materialize.definition import Definition, definition_of
from mlspec.pipelines.materialize.places import place_of, standing, told
from mlspec.pipelines.run.turn import turn
from mlspec.pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Materialized:
    """What was done for one set. `written`: False where these rows stood there already."""

    ref: str
    contents: Contents
    definition: Definition
    place: Place
    written: bool

    def __str__(self) -> str:
        done = f"materialized to {self.place}" if self.written else f"up to date in {self.place}"
        return f"{self.ref}: {told(self.contents, self.definition)}; {done}"


Same = Callable[[Bound[Any], Definition], Iterable[str]]
"""The digests of older definitions of a set whose stores get the rows of this one, too. May raise `Problems`."""


def materialize(
    workspace: Workspace, refs: Sequence[str], say: Callable[[str], None], *, force: bool = False, same: Same = lambda *_: ()
) -> list[Materialized]:
    """Fill the stores of the sets named, of all with `online` when none is. `force`: also where these rows stand there already.

    Nothing is written unless all of them are what is declared. It waits for a run of the project to end. Raises MLS0003, MLS0817 for a
    set that is not online, MLS0818 for one that is stale or not here, MLS0819 for a store that can't be used, and what `same` raises.
    """
    with turn(workspace.root, say):
        now = workspace.anew()
        ready = [(bound, _current(now, bound)) for bound in _chosen(workspace, refs)]
        all_of = [(bound, replace(d, digest=digest)) for bound, d in ready for digest in dict.fromkeys((d.digest, *same(bound, d)))]
        return [_fill(now, bound, definition, force=force) for bound, definition in all_of]


def _chosen(workspace: Workspace, refs: Sequence[str]) -> list[Bound[Any]]:
    sets = workspace.project.feature_sets
    chosen = workspace.project.chosen(refs) if refs else tuple(b.ref for b in sets.values() if b.envelope.spec.online)
    if not chosen:
        raise problem("MLS0817", "no feature set of this project is `online`", help="add `online: {store: {sqlite: true}}` to one")
    for ref in chosen:
        bound = next((b for b in sets.values() if b.ref == ref), None)
        if bound is None:
            near = did_you_mean(ref, [b.ref for b in sets.values()])
            raise problem(
                "MLS0003", f"there is no feature set `{ref}`", help=near or "without a name, all sets that are `online` are meant"
            )
        if bound.envelope.spec.online is None:
            advice = "add `online: {store: {sqlite: true}}`"
            raise problem("MLS0817", f"{ref} is not `online`", help=advice, span=bound.document.span(("spec",), key=True))
    return [b for b in sets.values() if b.ref in chosen]


def _current(workspace: Workspace, bound: Bound[Any]) -> Definition:
    """The set's definition, where its rows are here and what the specs and their inputs now give. Raises MLS0818."""
    stale = [state for state in workspace.stages if state.ref == bound.ref and state.status != "current"]
    definition = definition_of(bound.name, _reader(workspace.root))
    if stale or definition is None:
        why = "; ".join(reason for state in stale for reason in state.reasons) or "its files are not of one run"
        raise problem("MLS0818", f"{bound.ref} is stale: {why}", help=f"`mlspec run {bound.ref}` makes it")
    path = workspace.root / features_output(bound.name)
    if not path.is_file():
        raise problem("MLS0818", f"the rows of {bound.ref} are not here", help=f"`mlspec run {bound.ref} --pull` fetches or makes them")
    if file_md5(path) != definition.rows_md5:
        message = f"{features_output(bound.name)} is not what its dvc.lock records"
        raise problem("MLS0818", message, help=f"`mlspec run {bound.ref}` makes it again")
    return definition


def _reader(root: Path) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except OSError:
            return None

    return read


def here(root: Path, name: str) -> Definition | None:
    """The definition of a set as it was last made in a working tree."""
    return definition_of(name, _reader(root))


def _fill(workspace: Workspace, bound: Bound[Any], definition: Definition, *, force: bool) -> Materialized:
    root = workspace.root
    place = place_of(root, workspace.project, bound, definition.digest)
    if place.file:
        _inside(root, Path(place.file).parent)
    try:
        before = None if force else _known(place)
        if before and (before.definition, before.rows_md5) == (definition.digest, definition.rows_md5):
            return Materialized(bound.ref, before, definition, place, written=False)
        contents = put(root / features_output(bound.name), open_store(place, os.environ), definition)
    except StoreError as error:
        span = bound.document.span(("spec", "online", "store"), key=True)
        raise Problems(Diagnostic("MLS0819", f"{bound.ref} was not materialized to {place}: {error}", span, _ADVICE)) from error
    return Materialized(bound.ref, contents, definition, place, written=True)


_ADVICE = "what stood there before stands there still; mend it, and run `mlspec materialize` again"


def _known(place: Place) -> Contents | None:
    """What stands there; None also for a file that is damaged, which is written anew."""
    try:
        return standing(place)
    except StoreError:
        if place.file:
            return None
        raise


def _inside(root: Path, folder: Path) -> None:
    """Raise MLS0813 where a link leads a store's folder out of the repository; nothing was made there."""
    if not folder.resolve().is_relative_to(root.resolve()):
        message = f"`{folder.relative_to(root).as_posix()}` lies outside the repository"
        raise problem("MLS0813", message, help="replace the symbolic link by a folder")


def put(rows: Path, store: Store, definition: Definition) -> Contents:
    """Fill a store with the newest row of each key. Raises StoreError."""
    from mlspec.runtime.features.newest import Newest

    is_timed = definition.time is not None and definition.time in definition.key
    newest = Newest(rows, definition.entity, definition.time if is_timed else None, definition.types)
    try:
        count, last = newest.summary(definition.time if definition.time_type else None)
        moment, made_at = values.time_of(last, definition.time_type), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        contents = Contents(definition.name, definition.digest, definition.rows_md5, tuple(definition.types), count, moment, made_at)
        store.fill(contents, _stored(newest.rows(), definition))
    finally:
        newest.close()
    return contents


def _stored(rows: Iterable[tuple[Any, ...]], definition: Definition) -> Iterator[tuple[str, Row]]:
    """Each row with its key. A key names a row, so that no two of an entity are of one time."""
    names = list(definition.types)
    key = [(names.index(name), definition.types[name]) for name in definition.entity]
    time = names.index(str(definition.time)) if definition.time_type else None
    for row in rows:
        text = key_text([values.key_value(row[place], type_) for place, type_ in key])
        yield text, Row(None if time is None else values.time_of(row[time], definition.time_type), row)
