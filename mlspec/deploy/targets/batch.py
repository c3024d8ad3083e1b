"""The batch target: scores a source's rows to a Parquet file, when the model or the rows are other than last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.deploy.cache import model_folder
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.launch import launch
from mlspec.deploy.record import model_artifact
from mlspec.deploy.scoring import ScoringConfig
from mlspec.deploy.state import inside_repository, places
from mlspec.deploy.targets.batch_input import BatchInput, declared_input, input_file
from mlspec.deploy.targets.protocol import Declared
from mlspec.diagnostics import Diagnostic, problem
from mlspec.language.kinds.targets.batch import BatchTarget
from mlspec.runtime.artifact import digest_file

SCORING_SECONDS = 6 * 3600.0
"""Seconds after which a scoring run is given up."""
AGAIN = "did something else write there? run `mlspec reconcile` again"


@dataclass(frozen=True, slots=True)
class BatchFiles:
    """Where a batch deployment's predictions and their manifest stand."""

    predictions: Path
    manifest: Path


def batch_files(root: Path, output: str, name: str) -> BatchFiles:
    """`<output>/<deployment>.parquet` and `<output>/<deployment>.json`."""
    return BatchFiles(root / output / f"{name}.parquet", root / output / f"{name}.json")


def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return a manifest; empty when there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Observed:
    """What was scored last, what is wanted now, and where the predictions are. `where`: in the repository."""

    manifest: Mapping[str, Any]
    wanted: Mapping[str, Any]
    rows: BatchInput
    files: BatchFiles
    where: str

    def __str__(self) -> str:
        return f"{self.manifest.get('version')} in {self.where}" if self.manifest else "nothing scored"


def observe(context: Context, declared: Declared[BatchTarget]) -> Observed:
    """What the manifest says, and which rows are declared. Raises MLS0810 where there are none."""
    deployment, batch, desired = declared.deployment, declared.settings, declared.desired
    rows = declared_input(context.root, batch.input)
    if rows is None:
        raise problem(
            "MLS0810", f"`{batch.input}` has no rows to score", help=f"run `mlspec run source/{batch.input}`, and commit its dvc.lock"
        )
    wanted = {
        "deployment": deployment.ref,
        "model": desired.model,
        "version": desired.version,
        "digest": desired.digest,
        "input": rows.identity(),
    }
    files = batch_files(context.root, batch.output, deployment.name)
    return Observed(read_manifest(files.manifest), wanted, rows, files, files.predictions.relative_to(context.root).as_posix())


def decide(observed: Observed, _: Declared[BatchTarget]) -> Action:
    """Score, unless the manifest says that just this was done."""
    return decide_batch(observed.manifest, observed.wanted, observed.files.predictions)


def decide_batch(manifest: Mapping[str, Any], wanted: Mapping[str, Any], predictions: Path) -> Action:
    """Compare the manifest with what is wanted, and the predictions with the manifest."""
    if not manifest:
        return Action("score", "nothing was scored yet")
    if manifest.get("digest") != wanted["digest"] or manifest.get("version") != wanted["version"]:
        return Action("score", f"{manifest.get('version')} -> {wanted['version']}")
    if {k: (manifest.get("input") or {}).get(k) for k in wanted["input"]} != wanted["input"]:
        return Action("score", "there are new rows")
    if not predictions.is_file() or digest_file(predictions) != (manifest.get("output") or {}).get("digest"):
        return Action("score", "the predictions are gone, or were altered")
    return Action("noop", f"in sync: {wanted['version']} scored {manifest['output'].get('rows')} rows")


def converge(context: Context, declared: Declared[BatchTarget], observed: Observed, _: Action) -> str:
    """Score the declared rows with the declared version.

    Raises MLS0811 (rows that don't fit), MLS066x and MLS080x for the model; then the old predictions stay.
    """
    deployment, desired = declared.deployment, declared.desired
    source, files = context.project.sources[declared.settings.input].envelope.spec, observed.files
    folder = model_folder(context.root, desired.digest, model_artifact(context.root, deployment), context.fetch)
    inside_repository(context.root, files.predictions.parent)
    place = places(context.root, context.environment, deployment.name)
    kept = [*source.key, *([source.time_column] if source.time_column else [])]
    config = ScoringConfig(
        root=str(context.root),
        folder=str(folder),
        digest=desired.digest,
        model=desired.model,
        version=desired.version,
        rows=str(input_file(context.root, observed.rows, context.fetch)),
        rows_md5=observed.rows.md5,
        predictions=str(files.predictions),
        manifest_file=str(files.manifest),
        keep=list(dict.fromkeys(kept)),
        manifest=observed.wanted,
    )
    config.write(place.config)
    process = launch("mlspec.deploy.scoring", place.config, context.root, place.log, SCORING_SECONDS, context.lock)
    process.wait(30)
    return observed.where


def smoke(context: Context, declared: Declared[BatchTarget]) -> list[Diagnostic]:
    """Read what was written: the predictions must be those that the manifest names, of the declared version and rows."""
    found = observe(context, declared)
    left = decide(found, declared)
    if left.kind == "noop":
        return []
    return [Diagnostic("MLS0803", f"the scoring run said it was done, and {found.where} is not in sync: {left.reason}", None, AGAIN)]


def known(root: Path, environment: str) -> tuple[str, ...]:  # noqa: ARG001 - as every target
    """Nothing of a batch stands on: predictions stay where they are when their Deployment is gone."""
    return ()


def withdraw(root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> None:
    """Predictions are nobody's to take away."""
