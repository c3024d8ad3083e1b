"""A deployment's periods: what stood there from when to when, and how it came: newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from mlspec.adapters.git.log import FileChange
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS
from mlspec.diagnostics.digest import bytes_digest
from mlspec.registry.branch import Line, Step, changes, mapping, pick
from mlspec.registry.declared import Declared, deployments_at, only, read_deployments
from mlspec.registry.history.objects import split_place
from mlspec.registry.paths import is_claim_path


@dataclass(frozen=True, slots=True)
class Period:
    """One version in one place. `until` None: it stands. `how`: promotion, rollback, removal, or by hand (no claim has its digest)."""

    environment: str
    deployment: str
    model: str
    version: str | None
    digest: str | None
    claim: str | None
    claim_path: str | None
    how: str
    start: Step
    until: Step | None = None
    reason: str | None = None
    hold: str | None = None

    @property
    def ref(self) -> str:
        return f"deployment/{self.environment}/{self.deployment}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step made of a Deployment; None before or after: it was not there."""

    step: Step
    before: Declared | None
    after: Declared | None


def periods_of(line: Line, ref: str, most: int | None = None) -> list[Period]:
    """The periods of one deployment, newest first; `most` of them."""
    environment, name = split_place(ref)
    folder = f"{CLAIMS}/{environment}/{name}"
    try:
        found = list(_periods(line, folder, _trail(line, environment, name, _file_now(line, environment, name))))
    except _WentElsewhereError:
        found = []
    known = {p.claim_path for p in found}
    if not found or any(is_claim_path(p) and p not in known for p in line.repository.blobs(line.tip, [folder])):
        found = [p for p in periods_in(line, environment) if p.deployment == name]  # every file of the environment is looked at: slower
    return found[:most]


class _WentElsewhereError(Exception):
    """A Deployment left the file that is followed, and stood in another one then."""


def periods_in(line: Line, environment: str, most: int | None = None) -> list[Period]:
    """The periods of every deployment of an environment, newest start first; `most` of them."""
    return list(islice(_periods(line, f"{CLAIMS}/{environment}", folder_moves(line, environment)), most))


def _periods(line: Line, folder: str, moves: Iterable[Moved]) -> Iterator[Period]:
    """`folder`: below it are the claims of these deployments."""
    ended: dict[str, Step] = {}
    claims = _Claims(line, folder)
    for moved in moves:
        now = moved.after or moved.before
        if now is None or standing(moved.after) == standing(moved.before):
            continue
        yield _period(claims, moved, now, ended.get(now.ref))
        ended[now.ref] = moved.step


def standing(declared: Declared | None) -> tuple[str | None, ...]:
    return declared.standing if declared else (None, None, None)


def _trail(line: Line, environment: str, name: str, path: str, start: str | None = None) -> Iterator[Moved]:
    """What each step did to one Deployment; into the file where it stood before, where it was moved."""
    for change, olds, news in _read(line, changes(line, [path], start)):
        before, after = only(olds, environment, name), only(news, environment, name)
        elsewhere = _elsewhere(line, change.step, environment, name) if after and not before else None
        if elsewhere is not None:
            yield Moved(change.step, elsewhere[1], after)
            yield from _trail(line, environment, name, elsewhere[0], f"{change.step.commit}^")
            return
        if before and not after and f"deployment/{environment}/{name}" in deployments_at(line, change.step.commit, environment, name):
            raise _WentElsewhereError
        yield Moved(change.step, before, after)


def _elsewhere(line: Line, step: Step, environment: str, name: str) -> tuple[str, Declared] | None:
    before = line.repository.find(f"{step.commit}^")
    return deployments_at(line, before, environment, name).get(f"deployment/{environment}/{name}") if before else None


def folder_moves(line: Line, environment: str) -> Iterator[Moved]:
    """What each step did to any Deployment of an environment: all files of a step together, so that a renamed file is no change."""
    found = _read(line, changes(line, [f"{ENVIRONMENTS}/{environment}"]))
    for _, group in groupby(found, key=lambda row: row[0].step.commit):
        rows = list(group)
        before, after = ({d.ref: d for row in rows for d in row[1]}, {d.ref: d for row in rows for d in row[2]})
        for ref in sorted(before.keys() | after.keys()):
            yield Moved(rows[0][0].step, before.get(ref), after.get(ref))


Read = tuple[FileChange, tuple[Declared, ...], tuple[Declared, ...]]


def _read(line: Line, found: Iterable[FileChange]) -> Iterator[Read]:
    """(change, Deployments before, after): blobs are read a batch at a time, few at first, and parsed when they are looked at."""
    found, size = iter(found), 32
    while batch := list(islice(found, size)):
        blobs = list(dict.fromkeys(b for c in batch for b in (c.old, c.new) if b))
        texts = dict(zip(blobs, line.repository.contents(blobs), strict=True))
        for change in batch:
            before, after = (read_deployments(texts[b]) if b else () for b in (change.old, change.new))
            yield change, before, after
        size = 512


class _Claims:
    """Claims by the digest of their bytes: as the tip has them, else as the step had them."""

    def __init__(self, line: Line, folder: str) -> None:
        self._line, self._folder = line, folder
        self._tables: dict[str, dict[str, tuple[str, bytes]]] = {}

    def find(self, step: Step, digest: str | None) -> tuple[str | None, dict[str, Any]]:
        """(path, claim) of a digest; (None, {}) when there is none: the version was set by hand."""
        for commit in (self._line.tip, step.commit) if digest else ():
            if found := self._table(commit).get(str(digest)):
                return found[0], mapping(*found)
        return None, {}

    def _table(self, commit: str) -> dict[str, tuple[str, bytes]]:
        if commit not in self._tables:
            files = self._line.repository.show_all(commit, [self._folder])
            self._tables[commit] = {bytes_digest(c): (p, c) for p, c in files.items() if p.endswith(".yaml")}
        return self._tables[commit]


def _period(claims: _Claims, moved: Moved, now: Declared, until: Step | None) -> Period:
    after = moved.after
    if after is None or after.version is None:
        return Period(now.environment, now.name, now.model, None, None, None, None, "removal", moved.step, until)
    path, claim = claims.find(moved.step, after.claim)
    kind = pick(claim, "type")
    reason, hold = pick(claim, "reason"), pick(dict(after.hold or {}), "until")
    how = kind if kind in ("promotion", "rollback") else "by hand"
    return Period(
        *(now.environment, now.name, now.model, after.version, after.digest, after.claim, path, how, moved.step, until),
        reason=reason if isinstance(reason, str) else None,
        hold=str(hold) if hold and how == "rollback" else None,
    )


def _file_now(line: Line, environment: str, name: str) -> str:
    """The file that holds a Deployment at the tip; where it is gone, the one that its name suggests."""
    usual = f"{ENVIRONMENTS}/{environment}/{name}.yaml"
    content = line.repository.show(line.tip, usual)
    if content is not None and only(read_deployments(content), environment, name):
        return usual
    there = deployments_at(line, line.tip, environment, name).get(f"deployment/{environment}/{name}")
    return there[0] if there else usual
