"""What changed between the champion and the challenger, for the people who approve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.diagnostics import Problems
from mlspec.forge.git import Repository
from mlspec.ir.project import Project
from mlspec.plan.staleness import flatten
from mlspec.registry.at_commit import compile_at
from mlspec.registry.entries import Entry
from mlspec.registry.records import RegistryRecord

MOST = 40


def changes_since(repository: Repository, project: Project, champion: Entry | None, record: RegistryRecord) -> list[str]:
    """Plain sentences, one a change: data, code, environment, and each value of a spec that differs. Empty before the first champion."""
    if champion is None:
        return []
    old = champion.record
    found = _parts(old, record)
    return found + (_spec_changes(repository, project, old, record) if old.spec != record.spec else [])


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
    short = f"specs: {old.spec[:19]} -> {new.spec[:19]}"
    try:
        before = _flat(compile_at(repository, old.commit).project, old.model)
        after = _flat(project if project.spec_digest(new.model) == new.spec else compile_at(repository, new.commit).project, new.model)
    except (Problems, KeyError):
        return [short]
    lines = [_change(k, before, after) for k in sorted(before.keys() | after.keys()) if before.get(k, _NONE) != after.get(k, _NONE)]
    return lines[:MOST] + ([f"and {len(lines) - MOST} more values of the specs"] if len(lines) > MOST else [])


_NONE = object()


def _flat(project: Project, model: str) -> dict[str, Any]:
    return {f"{b.ref} {key}": value for b in project.closure(model) for key, value in flatten(b.canonical().get("spec", {})).items()}


def _change(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if key not in before:
        return f"{key}: added ({after[key]!r})"
    return f"{key}: removed (was {before[key]!r})" if key not in after else f"{key}: {before[key]!r} -> {after[key]!r}"
