"""Whether definitions of a feature set that are declared to give the same values do, as far as the past of the set can tell.

A version reads rows of the definition that it was trained on. Where a SELECT is only written otherwise, the model's bytes stay as they are,
no version of the new definition can be promoted, and the rows of the old one grow older. `online: {sameAs: […]}` is a person's word that
both give the same values; it is taken where both made the same rows of the same inputs once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.adapters.git.log import walk
from mlspec.compiler.project.layout import features_folder, lock_of
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Problems, problem
from mlspec.pipelines.materialize.definition import Definition, definition_of
from mlspec.pipelines.materialize.places import short
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.trained_features import deployed_definitions

LOOKED_AT = 500
"""So many of the newest commits that changed a set's lock are looked at."""


def same_definitions(workspace: Workspace, bound: Bound[Any], made: Definition) -> list[str]:
    """The digests that a set names in `sameAs` and that a deployment reads. Raises MLS0820 for one that did not give the same values."""
    trained = {one.digest: one for _, one in deployed_definitions(workspace, made.name)}
    wanted = [(n, trained[d]) for n, d in enumerate(bound.envelope.spec.online.same_as) if d in trained and d != made.digest]
    for number, old in wanted:
        if why := _difference(workspace, old, made):
            span = bound.document.span(("spec", "online", "sameAs", number))
            message = f"{bound.ref} as it is now is not known to be the same as definition {short(old.digest)}: {why}"
            raise problem("MLS0820", message, help=_ADVICE, span=span)
    return [old.digest for _, old in wanted]


_ADVICE = (
    "remove it, and promote a version that was trained on the set as it is now; where the inputs changed in between, make the set of the"
    " inputs that the other definition had, and commit its dvc.lock and features.json"
)


def _difference(workspace: Workspace, old: Definition, made: Definition) -> str:
    """Why they are not known to be the same; empty where they are."""
    for what, before, after in (
        ("its rows are named by", old.entity, made.entity),
        ("its time is", old.time, made.time),
        ("its columns are", list(old.types.items()), list(made.types.items())),
    ):
        if before != after:
            return f"{what} {_told(after)}, and {_told(before)} there"
    return _of_rows(workspace, old, made)


def _told(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return str(value)
    return ", ".join(" ".join(item) if isinstance(item, tuple) else item for item in value)


def _of_rows(workspace: Workspace, old: Definition, made: Definition) -> str:
    by_old, by_new = {old.data: old.rows_md5}, {made.data: made.rows_md5}
    past = _before(workspace, made.name)
    while not (shared := by_old.keys() & by_new.keys()):
        found = next(past, None)
        if found is None:
            return "no commit has rows of both that were made of the same inputs"
        known = {old.digest: by_old, made.digest: by_new}.get(found.digest, {})
        known.setdefault(found.data, found.rows_md5)
    return "of the same inputs they made other rows" if any(by_old[data] != by_new[data] for data in shared) else ""


def _before(workspace: Workspace, name: str) -> Iterator[Definition]:
    """The set as commits have it, the newest first."""
    repository, path = workspace.repository, lock_of(features_folder(name))
    try:
        commits = dict.fromkeys(c.step.commit for c in walk(repository, [repository.require_commits()], [path], along="all"))
    except Problems:
        return
    for commit, _ in zip(commits, range(LOOKED_AT), strict=False):
        found = definition_of(name, lambda path, commit=commit: repository.read([f"{commit}:{path}"])[0])  # type: ignore[misc]
        if found is not None:
            yield found
