"""The registry record of a deployed version: which bytes, and how to fetch them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import record_path
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Problems, problem
from mlspec.language.kinds.deployment import Deployment


def model_artifact(root: Path, deployment: Bound[Deployment]) -> dict[str, Any]:
    """Return the record's `artifacts.model` ({path, md5}). Raises MLS0807 unless the record is sound and names the same digest."""
    spec = deployment.envelope.spec
    relative = record_path(spec.model, str(spec.version))
    record = _read(root / relative, relative, deployment)
    if record.get("digest") != spec.digest:
        message = f"{relative} records {record.get('digest')}, and the deployment names {spec.digest}"
        raise problem("MLS0807", message, help="promote again: `mlspec promote`", span=deployment.document.span(["spec", "digest"]))
    artifact = (record.get("artifacts") or {}).get("model")
    if not isinstance(artifact, dict) or not artifact.get("md5"):
        raise _unreadable(relative, "it does not say how to fetch the model", deployment)
    return artifact


def _read(path: Path, relative: str, deployment: Bound[Deployment]) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(path.read_bytes())
    except FileNotFoundError:
        raise _unreadable(relative, "it is not there", deployment) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unreadable(relative, f"{type(error).__name__}", deployment) from None
    if not isinstance(found, dict):
        raise _unreadable(relative, "it is no mapping", deployment)
    return found


def _unreadable(relative: str, why: str, deployment: Bound[Deployment]) -> Problems:
    span = deployment.document.span(["spec", "version"])
    return problem("MLS0807", f"{relative} can't be used: {why}", help="restore it from Git: registry records never change", span=span)
