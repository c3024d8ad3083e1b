"""Loads a model for use in this process: the one that was trained here, or a version of the registry. No byte is unpickled unverified."""

from __future__ import annotations

from mlspec.gates.candidate import fetch, locked_artifacts
from mlspec.gates.champion import require_record
from mlspec.gates.workspace import record_files
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.artifact import LoadedModel, digest_folder, load_model
from mlspec.runtime.context import add_root


def load_trained(workspace: Workspace, model: str) -> LoadedModel:
    """The model as it was trained here last: what the lock file of its pipeline names, by content.

    Raises MLS0714 when it was never trained here, MLS0971 when neither DVC's cache nor its remote has it, MLS0662 when it won't load.
    """
    folder = fetch(workspace.root, locked_artifacts(workspace, model)["model"])
    add_root(workspace.root)
    return load_model(folder, digest_folder(folder))


def load_version(workspace: Workspace, model: str, version: str) -> LoadedModel:
    """A version of the registry, as its record in the working tree has it: of just that digest.

    Raises MLS0715 without such a record, MLS0660 when the bytes are others than it names, and what `load_trained` raises.
    """
    record = require_record(record_files(workspace.root, model), model, version).record
    folder = fetch(workspace.root, record.artifacts.model)
    add_root(workspace.root)
    return load_model(folder, record.digest)
