"""The batch target: scores a source's rows to a Parquet file, when the model or the rows are other than last time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.compiler.project.project import Bound
from mlspec.deploy.batch_input import BatchInput, declared_input, input_file
from mlspec.deploy.cache import model_folder
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.launch import launch
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.record import model_artifact
from mlspec.deploy.scoring import ScoringConfig
from mlspec.deploy.state import inside_repository, places
from mlspec.diagnostics import problem
from mlspec.language.kinds.deployment import BatchTarget, Deployment
from mlspec.runtime.artifact import digest_file

SCORING_SECONDS = 6 * 3600.0
"""Seconds after which a scoring run is given up."""


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


def reconcile_batch(context: Context, deployment: Bound[Deployment], batch: BatchTarget) -> Outcome:
    """Score the declared rows with the declared version, unless the manifest says that just this was done.

    Raises MLS0810 (no rows), MLS0811 (rows that don't fit), MLS066x and MLS080x for the model; then the old predictions stay.
    """
    spec = deployment.envelope.spec
    rows = declared_input(context.root, batch.input)
    if rows is None:
        raise problem(
            "MLS0810", f"`{batch.input}` has no rows to score", help=f"run `mlspec run source/{batch.input}`, and commit its dvc.lock"
        )
    wanted = {"deployment": deployment.ref, "model": spec.model, "version": spec.version, "digest": spec.digest, "input": rows.identity()}
    files = batch_files(context.root, batch.output, deployment.name)
    manifest = read_manifest(files.manifest)
    action = decide_batch(manifest, wanted, files.predictions)
    where = files.predictions.relative_to(context.root).as_posix()
    if action.kind != "noop" and not context.dry_run:
        _score(context, deployment, batch, rows, wanted, files)
    return Outcome(
        deployment.ref, action, str(spec.version), where, f"{manifest.get('version')} in {where}" if manifest else "nothing scored"
    )


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


def _score(
    context: Context, deployment: Bound[Deployment], batch: BatchTarget, rows: BatchInput, wanted: Mapping[str, Any], files: BatchFiles
) -> None:
    spec, source = deployment.envelope.spec, context.project.sources[batch.input].envelope.spec
    folder = model_folder(context.root, str(spec.digest), model_artifact(context.root, deployment), context.fetch)
    inside_repository(context.root, files.predictions.parent)
    place = places(context.root, context.environment, deployment.name)
    kept = [*source.key, *([source.time_column] if source.time_column else [])]
    config = ScoringConfig(
        root=str(context.root),
        folder=str(folder),
        digest=str(spec.digest),
        model=spec.model,
        version=str(spec.version),
        rows=str(input_file(context.root, rows, context.fetch)),
        rows_md5=rows.md5,
        predictions=str(files.predictions),
        manifest_file=str(files.manifest),
        keep=list(dict.fromkeys(kept)),
        manifest=wanted,
    )
    config.write(place.config)
    process = launch("mlspec.deploy.scoring", place.config, context.root, place.log, SCORING_SECONDS, context.lock)
    process.wait(30)
