"""A model version that may be judged: where its bytes are, from a registry record or from the workspace's lock files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.layout import ARTIFACTS, model_folder
from mlspec.diagnostics import problem
from mlspec.gates.step_numbers import step_numbers
from mlspec.registry.records import Artifact, Artifacts, ProvenArtifact, RegistryRecord, is_of_step
from mlspec.runtime.artifact import digest_file, digest_folder

if TYPE_CHECKING:
    from mlspec.pipelines.locks import StageLock
    from mlspec.pipelines.workspace import Workspace

OUTPUTS = ("model", "baseline", "train.parquet", "test.parquet")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trained model with its evidence: `digest` is the model folder's, `version` None while it has none.

    `numbers`: {`STEP.METRIC`: value} of the Steps that its KPIs name, as its record or their last run has them; `lacking`: why one is not.
    """

    model: str
    digest: str
    artifacts: Artifacts
    version: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict, compare=False)
    lacking: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def md5s(self) -> list[str]:
        parts = self.artifacts
        return [parts.model.md5, parts.baseline.md5, parts.train.md5, parts.test.md5]


def from_record(record: RegistryRecord) -> Candidate:
    """The candidate that a registry record names."""
    numbers = {name: estimate.value for name, estimate in record.metrics.items() if is_of_step(name)}
    return Candidate(record.model, record.digest, record.artifacts, record.version, numbers)


def candidate_form(one: Candidate) -> dict[str, Any]:
    """A candidate for another process."""
    form = {"model": one.model, "digest": one.digest, "artifacts": one.artifacts.canonical(), "version": one.version}
    return form | {"numbers": dict(one.numbers), "lacking": dict(one.lacking)}


def from_candidate_form(form: Mapping[str, Any]) -> Candidate:
    """The candidate again."""
    artifacts = Artifacts.model_validate(form["artifacts"])
    return Candidate(form["model"], form["digest"], artifacts, form["version"], form["numbers"], form["lacking"])


def from_workspace(workspace: Workspace, model: str) -> Candidate:
    """The candidate that the lock file of a model's pipeline names; its bytes come from DVC's cache or remote, by content.

    Raises MLS0714 when the model was never trained here.
    """
    locked = locked_artifacts(workspace, model)
    with dvc_store.opened(workspace.root):
        files = {name: fetch(workspace.root, artifact) for name, artifact in locked.items()}
    numbers, lacking = step_numbers(workspace, model, locked["model"].md5)
    return Candidate(
        model,
        digest_folder(files["model"]),
        numbers=numbers,
        lacking=lacking,
        artifacts=Artifacts(
            model=locked["model"],
            baseline=_proven(locked["baseline"], digest_folder(files["baseline"])),
            train=_proven(locked["train.parquet"], digest_file(files["train.parquet"])),
            test=_proven(locked["test.parquet"], digest_file(files["test.parquet"])),
        ),
    )


def locked_artifacts(workspace: Workspace, model: str) -> dict[str, Artifact]:
    """{output: artifact} by dvc.lock. Raises MLS0714 when one is not recorded there."""
    from mlspec.pipelines.locks import read_locks

    pipeline = workspace.graph.pipeline(f"model/{model}")
    folder = pipeline.folder if pipeline else model_folder(model)
    return artifacts_in(read_locks(workspace.root, folder), model, folder)


def artifacts_in(locks: Mapping[str, StageLock], model: str, folder: str) -> dict[str, Artifact]:
    """The same, of the stages of a lock. Raises MLS0714."""
    outs = {path: md5 for lock in locks.values() for path, md5 in lock.outs.items()}
    missing = [name for name in OUTPUTS if not outs.get(name)]
    if missing:
        message = f"model/{model} was not trained yet: {folder}/dvc.lock does not record {', '.join(missing)}"
        raise problem("MLS0714", message, help=f"`mlspec run model/{model}`, then commit {folder}/dvc.lock")
    return {name: Artifact(path=f"{folder}/{name}", md5=outs[name]) for name in OUTPUTS}


def fetch(root: Path, artifact: Artifact) -> Path:
    """Bring an artifact by content to mlspec's cache and return where it is: a folder named by its md5 holds it under its own name."""
    return dvc_store.fetch(root, artifact.canonical(), kept(root, artifact))


def kept(root: Path, artifact: Artifact) -> Path:
    """Where `fetch` puts an artifact. Ignored by Git; every byte is compared again before use."""
    return root / ARTIFACTS / artifact.md5 / PurePosixPath(artifact.path).name


def _proven(artifact: Artifact, digest: str) -> ProvenArtifact:
    return ProvenArtifact(path=artifact.path, md5=artifact.md5, digest=digest)
