"""A job: its runner, time limit, least permissions with the reason for each, and its DVC remote's credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.ir.project import Project
from mlspec.targets.text import Commented

Job = dict[str, Any]

STORAGE_ENVIRONMENT = "mlspec-storage"
"""The GitHub environment whose secrets open the DVC remote in jobs that train or check."""

_SECRETS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "azure": ("AZURE_STORAGE_CONNECTION_STRING",),
}

READ = {"contents": ("read", "to check out")}


def job(
    project: Project,
    name: str,
    steps: Sequence[Mapping[str, Any]],
    *,
    minutes: int,
    permissions: Mapping[str, tuple[str, str]] = READ,
    **options: Any,
) -> Job:
    """One job. `permissions`: scope -> (level, why). `options`: needs, condition, runs_on, environment, storage, outputs, concurrency."""
    made: Job = {"name": name}
    if "needs" in options:
        made["needs"] = options["needs"]
    if "condition" in options:
        made["if"] = options["condition"]
    made["runs-on"] = runs_on(options.get("runs_on") or project.settings.envelope.spec.ci.runs_on)
    made["timeout-minutes"] = minutes
    made["permissions"] = {scope: Commented(level, why) for scope, (level, why) in permissions.items()}
    storage = storage_secrets(project) if options.get("storage") else {}
    environment = options.get("environment") or (STORAGE_ENVIRONMENT if storage else None)
    if environment:
        made["environment"] = environment
    for key in ("concurrency", "outputs"):
        if key in options:
            made[key] = options[key]
    if storage:
        made["env"] = storage
    return made | {"steps": list(steps)}


_OWN_RUNNER = "zizmor: ignore[self-hosted-runner] as the specs say; keep it off public repositories"


def runs_on(labels: str | Sequence[str]) -> Any:
    """The labels as a workflow has them. A machine of the user's own is their decision, reviewed in the specs: no linter need ask again."""
    if isinstance(labels, str):
        return Commented(labels, _OWN_RUNNER) if labels == "self-hosted" else labels
    return [Commented(label, _OWN_RUNNER) if label == "self-hosted" else label for label in labels]


def is_self_hosted(labels: str | Sequence[str]) -> bool:
    return "self-hosted" in ([labels] if isinstance(labels, str) else labels)


def storage_secrets(project: Project) -> dict[str, str]:
    """The environment variables that DVC reads for this remote; none for a folder, and none where the runner has its own identity."""
    scheme = project.settings.envelope.spec.storage.url.partition("://")[0]
    return {name: f"${{{{ secrets.{name} }}}}" for name in _SECRETS.get(scheme, ())}


def workflow(name: str, on: Mapping[str, Any], concurrency: Mapping[str, Any], jobs: Mapping[str, Job]) -> dict[str, Any]:
    """A workflow: no permission but what a job asks for, one run at a time in its group, and bash that stops at the first failure."""
    shell = {"run": {"shell": "bash"}}
    return {"name": name, "on": dict(on), "permissions": {}, "concurrency": dict(concurrency), "defaults": shell, "jobs": dict(jobs)}
