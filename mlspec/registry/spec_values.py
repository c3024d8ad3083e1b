"""The specs of a recorded version, at its commit, and what differs between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.load.resolve import resolve
from mlspec.compiler.pipeline import load
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.pipelines.plan.staleness import flatten
from mlspec.registry.at_commit import compile_at, spec_files

Values = Mapping[str, Any]
"""{`model/demand estimator.params.alpha`: 1.0}: every value of the closure of a model."""

_DATA = re.compile(rb"\b(?:data|labels):\s*[\"']?([a-z0-9][a-z0-9-]*)")
ABSENT: Any = object()
"""In place of a value that is not there."""


def values_of(project: Project, model: str) -> Values:
    """Every value of the objects that decide what a model is."""
    return {f"{b.ref} {key}": value for b in project.closure(model) for key, value in flatten(b.canonical().get("spec", {})).items()}


def values_at(repository: Repository, commit: str, model: str, digest: str) -> Values | None:
    """The same at a commit, whose specs a record names by `digest`; None when the commit is gone, or its specs are broken.

    In a project of a thousand models, those few files are read first that have to do with this one. That nothing was overlooked is
    proven by the digest; where it does not come out (or an older mlspec wrote it), the whole project is compiled.
    """
    if repository.find(commit) is None:
        return None
    try:
        few = _from_few(repository, commit, model, digest)
        return values_of(compile_at(repository, commit).project, model) if few is None else few
    except (Problems, KeyError):
        return None


def _from_few(repository: Repository, commit: str, model: str, digest: str) -> Values | None:
    files = spec_files(repository, commit)
    chosen = _about(files, model)
    if len(chosen) > len(files) // 2:
        return None
    loaded = load(chosen, partial(repository.show, commit), all_read=False)
    project, _ = resolve(loaded.parsed, loaded.declared, loaded.members)
    try:
        return values_of(project, model) if project is not None and project.spec_digest(model) == digest else None
    except KeyError:
        return None


def _about(files: Mapping[str, bytes], model: str) -> dict[str, bytes]:
    """The files that name the model, its source, or the project itself."""
    named = {path: content for path, content in files.items() if _has(content, model.encode())}
    sources = {found for content in named.values() for found in _DATA.findall(content)}
    more = {path: content for path, content in files.items() if any(_has(content, s) for s in sources)}
    return {**named, **more, **{p: c for p, c in files.items() if "/" not in p}}


def _has(content: bytes, word: bytes) -> bool:
    return word in content and re.search(rb"(?<![\w-])" + re.escape(word) + rb"(?![\w-])", content) is not None


def differing(before: Values, after: Values) -> Iterator[tuple[str, Any, Any]]:
    """(key, before, after) of each value that differs, sorted; `ABSENT` where there is none."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        if old != new:
            yield key, old, new


def sentence(key: str, before: Any, after: Any) -> str:
    """One difference in words."""
    if before is ABSENT:
        return f"{key}: added ({after!r})"
    return f"{key}: removed (was {before!r})" if after is ABSENT else f"{key}: {before!r} -> {after!r}"
