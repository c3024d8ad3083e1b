"""The definition of a feature set that a recorded version was trained on: told by the lock files at its commit, or not at all."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Callable, Collection, Iterator

from mlspec.compiler.project.layout import features_output, lock_of, model_folder, record_path
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Problems
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.locks import parse_lock
from mlspec.pipelines.materialize.definition import Definition, definition_of
from mlspec.pipelines.materialize.places import short
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.record_files import parse_record
from mlspec.registry.records import RegistryRecord


class UntoldError(Exception):
    """It can't be told, and why."""


def trained_definition(workspace: Workspace, model: str, version: str, features: str) -> Definition:
    """The definition of `features` that a version of a model was trained on. Raises UntoldError."""
    read = _at_record(workspace, model, version)
    found = definition_of(features, read)
    if found is None:
        raise UntoldError(f"the commit of {version} has no whole lock of features/{features}")
    if found.rows_md5 not in _read_by(model, features, read):
        raise UntoldError(f"{version} was trained on other rows than those of features/{features}")
    return found


def deployed_definitions(workspace: Workspace, features: str) -> Iterator[tuple[Bound[Deployment], Definition]]:
    """Each deployment that reads a set by key, with the definition that its version was trained on."""
    for bound in workspace.project.deployments.values():
        spec = bound.envelope.spec
        model = workspace.project.models.get(spec.model)
        if model is None or spec.version is None or model.envelope.spec.data != features:
            continue
        with contextlib.suppress(UntoldError):  # the server's log says why it reads nothing by key
            yield bound, trained_definition(workspace, spec.model, str(spec.version), features)


def others(workspace: Workspace, made: Definition, same: Collection[str]) -> Iterator[str]:
    """A sentence for each deployment that reads the set by key, but no rows of this definition of it, nor of one that is the `same`."""
    for bound, trained in deployed_definitions(workspace, made.name):
        if trained.digest != made.digest and trained.digest not in same:
            yield (
                f"{bound.ref} goes on with rows of definition {short(trained.digest)}, on which {bound.envelope.spec.version} was trained:"
                " it reads the rows of now when a version that was trained on their definition is promoted to it, or, where both"
                f" give the same values, with `online: {{sameAs: ['{trained.digest}']}}`"
            )


def _at_record(workspace: Workspace, model: str, version: str) -> Callable[[str], bytes | None]:
    path = record_path(model, version)
    try:
        record = parse_record(path, (workspace.root / path).read_bytes(), RegistryRecord)
        repository = workspace.repository
        commit = repository.resolve(record.commit)
    except (OSError, Problems) as error:
        why = error.diagnostics[0].message if isinstance(error, Problems) else f"{path} can't be read"
        raise UntoldError(why) from error

    def read(path: str) -> bytes | None:
        return repository.read([f"{commit}:{path}"])[0]

    return read


def _read_by(model: str, features: str, read: Callable[[str], bytes | None]) -> set[str]:
    """The contents of the set's rows that the model's stages read."""
    folder, rows = model_folder(model), features_output(features)
    locks = parse_lock(read(lock_of(folder))).values()
    return {md5 for lock in locks for dep, md5 in lock.deps.items() if posixpath.normpath(f"{folder}/{dep}") == rows}
