"""What changed between the champion and the challenger, for the people who approve."""

from __future__ import annotations

from datetime import date
from functools import partial

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.diagnostics.words import rest
from mlspec.promotion.loosening import Loosened, loosened
from mlspec.registry.at_commit import compile_at
from mlspec.registry.entries import Entry
from mlspec.registry.records import RegistryRecord
from mlspec.registry.spec_values import differing, sentence, values_at, values_of

MOST = 40


def changes_since(repository: Repository, project: Project, champion: Entry | None, record: RegistryRecord) -> list[str]:
    """Plain sentences, one a change: data, code, environment, and each value of a spec that differs. Empty before the first champion."""
    if champion is None:
        return []
    old = champion.record
    found = _parts(old, record)
    return found + (_spec_changes(repository, project, old, record) if old.spec != record.spec else [])


def loosened_since(repository: Repository, project: Project, champion: Entry | None, today: date) -> tuple[Loosened, ...]:
    """What got easier to pass for the champion's model since the commit that it was judged at; () where that is gone, or was none."""
    if champion is None:
        return ()
    try:
        before = compile_at(repository, champion.record.commit).project
    except Problems:
        return ()
    code = partial(repository.show, champion.record.commit), partial(repository.show, "HEAD")
    concerned = {ref for side in (before, project) for ref in _concerned(side, champion.record.model)}
    return tuple(one for one in loosened(before, project, today, code) if one.ref in concerned)


def _concerned(project: Project, model: str) -> set[str]:
    """The objects that decide whether a model may be promoted."""
    own = {b.ref for b in project.closure(model)} if model in project.models else set[str]()
    sets = {f"modelset/{name}" for name, models in project.members.items() if model in models}
    named = {b.ref for table in (project.waivers, project.deployments) for b in table.values() if b.envelope.spec.model == model}
    return {*own, *sets, *named, *(b.ref for b in project.policies.values()), project.settings.ref}


def _parts(old: RegistryRecord, new: RegistryRecord) -> list[str]:
    pairs = {
        "training data": (old.artifacts.train.digest, new.artifacts.train.digest),
        "test data": (old.artifacts.test.digest, new.artifacts.test.digest),
        "code": (old.code, new.code),
        "environment lock": (old.environment, new.environment),
    }
    return [f"{what}: {before[:19]} -> {after[:19]}" for what, (before, after) in pairs.items() if before != after]


def _spec_changes(repository: Repository, project: Project, old: RegistryRecord, new: RegistryRecord) -> list[str]:
    """Compare the canonical specs at the two commits of training; a commit that is gone (squashed) leaves the digests."""
    before = values_at(repository, old.commit, old.model, old.spec)
    now = project.spec_digest(new.model) == new.spec
    after = values_of(project, new.model) if now else values_at(repository, new.commit, new.model, new.spec)
    if before is None or after is None:
        return [f"specs: {old.spec[:19]} -> {new.spec[:19]}"]
    lines = [sentence(*found) for found in differing(before, after)]
    return lines[:MOST] + ([f"{rest(len(lines), MOST, 'value')} of the specs"] if len(lines) > MOST else [])
