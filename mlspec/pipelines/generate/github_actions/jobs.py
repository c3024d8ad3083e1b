"""A job: its runner, time limit, least permissions with the reason for each, and its DVC remote's credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import Commented

Job = dict[str, Any]
Permissions = Mapping[str, tuple[str, str]]
"""Scope -> (level, why)."""

STORAGE_ENVIRONMENT = "mlspec-storage"
"""The GitHub environment whose secrets, or whose name in the job's token, open the DVC remote in jobs that train or check."""

_SECRETS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "azure": ("AZURE_STORAGE_CONNECTION_STRING",),
}

READ: Permissions = {"contents": ("read", "to check out")}
_SIGN_IN: Permissions = {"id-token": ("write", "to sign in to the storage")}


def job(
    project: Project,
    name: str,
    steps: Sequence[Mapping[str, Any]],
    *,
    minutes: int | str,
    permissions: Permissions = READ,
    **options: Any,
) -> Job:
    """One job. `minutes` may be an expression.

    `options`: needs, condition, strategy, runs_on, environment, storage, outputs, concurrency, secrets (more of them, for the whole job).
    """
    made: Job = {"name": name}
    if "needs" in options:
        made["needs"] = list(options["needs"])
    if "condition" in options:
        made["if"] = expression(options["condition"])
    if "strategy" in options:
        made["strategy"] = options["strategy"]
    made["runs-on"] = runs_on(options.get("runs_on") or project.settings.envelope.spec.ci.runs_on)
    made["timeout-minutes"] = minutes
    has_storage = bool(options.get("storage"))
    scopes = {**permissions, **(_SIGN_IN if has_storage and signs_in(project) else {})}
    made["permissions"] = {scope: Commented(level, why) for scope, (level, why) in scopes.items()}
    secrets = {**(storage_secrets(project) if has_storage else {}), **options.get("secrets", {})}
    if environment := options.get("environment") or (_of_storage() if secrets or (has_storage and signs_in(project)) else None):
        made["environment"] = environment
    made |= {key: options[key] for key in ("concurrency", "outputs") if key in options}
    if secrets:
        made["env"] = secrets
    return made | {"steps": list(steps)}


def expression(text: str) -> str:
    """`text` as an expression of GitHub's, marked as one."""
    return f"${{{{ {text} }}}}"


def _of_storage() -> dict[str, Any]:
    """Nothing is deployed there: without this word each job would show as a deployment on the pull request."""
    return {"name": STORAGE_ENVIRONMENT, "deployment": False}


_OWN_RUNNER = "zizmor: ignore[self-hosted-runner] as the specs say; keep it off public repositories"


def runs_on(labels: str | Sequence[str]) -> Any:
    """The labels as a workflow has them. A machine of the user's own is their decision, reviewed in the specs: no linter need ask again."""
    if isinstance(labels, str):
        return Commented(labels, _OWN_RUNNER) if labels == "self-hosted" else labels
    return [Commented(label, _OWN_RUNNER) if label == "self-hosted" else label for label in labels]


def is_self_hosted(labels: str | Sequence[str]) -> bool:
    return "self-hosted" in ([labels] if isinstance(labels, str) else labels)


def signs_in(project: Project) -> bool:
    """Whether jobs open the DVC remote by their own token, so that there is no secret to hand over."""
    return project.settings.envelope.spec.storage.oidc is not None


def storage_secrets(project: Project) -> dict[str, str]:
    """The environment variables that DVC reads for this remote; none for a folder, and none where the job or its runner has an identity."""
    if signs_in(project):
        return {}
    scheme = project.settings.envelope.spec.storage.scheme
    return {name: f"${{{{ secrets.{name} }}}}" for name in _SECRETS.get(scheme, ())}


def source_secrets(project: Project) -> dict[str, str]:
    """The environment variables with the addresses of databases that sources read, and with keys of pseudonyms."""
    names = {name for source in project.sources.values() for name in source.envelope.spec.secrets()}
    return {name: expression(f"secrets.{name}") for name in sorted(names)}


def step_secrets(project: Project) -> dict[str, str]:
    """The environment variables that Steps are given."""
    names = {name for step in project.steps.values() for name in step.envelope.spec.secrets}
    return {name: expression(f"secrets.{name}") for name in sorted(names)}


def workflow(name: str, on: Mapping[str, Any], concurrency: Mapping[str, Any], jobs: Mapping[str, Job]) -> dict[str, Any]:
    """A workflow: no permission but what a job asks for, no cache, one run at a time in its group, bash that stops at the first failure.

    No step uses a cache, on pull requests either. It is said so that no release of an action may begin to: what a pull request saved could
    else come back in a job that deploys (GitHub's changelog of 2026-09-10).
    """
    head = {"name": name, "on": dict(on), "permissions": {}, "cache-mode": "none"}
    group = {"concurrency": dict(concurrency)} if concurrency else {}
    return head | group | {"defaults": {"run": {"shell": "bash"}}, "jobs": dict(jobs)}
