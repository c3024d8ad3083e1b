"""mlspec-sign.yml: signs what was judged, in a job that runs no code of a model. Called by mlspec-promote.yml.

A workflow of its own, since a keyless signature is by the workflow file that the job stands in: the jobs that run models could ask for
tokens in the name of theirs. Its GitHub environment holds the key, where there is one, and should be open to the main branch alone.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import Commented
from mlspec.pipelines.generate.github_actions import artifacts
from mlspec.pipelines.generate.github_actions.artifacts import PROPOSALS
from mlspec.pipelines.generate.github_actions.jobs import READ, Job, Permissions, expression, job, signs_in, storage_secrets, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up

FILE = "mlspec-sign.yml"
ENVIRONMENT = "mlspec-signing"
"""The GitHub environment of the job that signs."""

_LOCAL = "zizmor: ignore[self-repository] older servers know no other form; it is the caller's commit all the same"
_HANDED = "zizmor: ignore[secrets-outside-env] a name: the environment of the called job fills it"

_SIGN = f"""
mlspec ci sign --from {PROPOSALS}
"""
_IDENTITY: Permissions = {"id-token": ("write", "to sign as this workflow")}


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where nothing is signed."""
    if not signs(project):
        return None
    names = sorted({**storage_secrets(project), **_key(project)})
    call: dict[str, Any] = {
        "outputs": {
            "proposals": {"description": "Not empty where something is to be proposed", "value": expression("jobs.sign.outputs.proposals")}
        }
    }
    if names:
        call["secrets"] = {name: {"required": False} for name in names}
    group = {"group": f"mlspec-sign-{expression('github.run_id')}", "cancel-in-progress": False}
    return workflow("mlspec sign", {"workflow_call": call}, group, {"sign": _job(project)})


def call(project: Project, needs: str) -> Job:
    """The job that calls the workflow. The names of secrets are handed over; the environment of the called job fills them."""
    scopes = {**READ, **(_IDENTITY if _is_keyless(project) or signs_in(project) else {})}
    made: Job = {
        "name": "sign",
        "needs": [needs],
        "if": expression(f"!cancelled() && needs.{needs}.outputs.proposals != ''"),
        "permissions": {scope: Commented(level, why) for scope, (level, why) in scopes.items()},
        "uses": Commented(f"./{WORKFLOWS}/{FILE}", _LOCAL),
    }
    secrets = {name: Commented(value, _HANDED) for name, value in {**storage_secrets(project), **_key(project)}.items()}
    return made | ({"secrets": secrets} if secrets else {})


def signs(project: Project) -> bool:
    """Whether proposals of promotions are signed in CI."""
    return bool(project.models) and project.settings.envelope.spec.signing is not None


def _job(project: Project) -> Job:
    branch = project.settings.envelope.spec.ci.branch
    sign = script("Fetch the model, compare its digest, and sign", _SIGN)
    return job(
        project,
        "sign",
        [*set_up(project, checkout(branch)), artifacts.fetch_proposals(), sign, artifacts.keep_signed()],
        minutes=30,
        permissions={**READ, **(_IDENTITY if _is_keyless(project) else {})},
        environment={"name": ENVIRONMENT, "deployment": False},
        outputs={"proposals": artifacts.id_of("proposals")},
        storage=True,
        secrets=_key(project),
    )


def _is_keyless(project: Project) -> bool:
    signing = project.settings.envelope.spec.signing
    return signing is not None and bool(signing.trusted.identities)


def _key(project: Project) -> dict[str, str]:
    """The secret that holds the private key; none where the workflow's identity signs."""
    signing = project.settings.envelope.spec.signing
    return {} if signing is None or not signing.key or _is_keyless(project) else {signing.key: expression(f"secrets.{signing.key}")}
