"""Signs the plain workflow in to the storage by the job's own token (`storage.oidc`): python asks GitHub, the cloud's SDK reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlspec.adapters.cloud.sdk import GOOGLE_FILE, Aws, Azure, Google, Identity
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import Script
from mlspec.pipelines.generate.github_actions.jobs import Job

_FOLDER = "${{ runner.temp }}/identity"
_TOKEN = Path(_FOLDER) / "token"

_SIGN_IN = """
python -c "$RENEW"
( while sleep 180; do python -c "$RENEW" || true; done ) &
trap 'kill "$!"' EXIT
"""
"""GitHub's tokens live for minutes and a training for hours: while the step runs, there is always a fresh one."""

_RENEW = """
import json, os, pathlib, urllib.parse, urllib.request
os.umask(0o077)
place = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=" + urllib.parse.quote(os.environ["AUDIENCE"], safe="")
request = urllib.request.Request(place, headers={"Authorization": "bearer " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]})
with urllib.request.urlopen(request, timeout=60) as answer:
    token = json.load(answer)["value"]
folder = pathlib.Path(os.environ["RUNNER_TEMP"], "identity")
folder.mkdir(exist_ok=True)
for name, text in (("google.json", os.environ.get("GOOGLE_FORM", "")), ("token", token)):
    folder.joinpath("part").write_text(text)
    folder.joinpath("part").replace(folder / name)
"""


def signed_in(project: Project, job: Job, step: int) -> Job:
    """The job, its step number `step` signed in while it runs; as it is where the storage is opened otherwise."""
    identity = _identity(project)
    if identity is None:
        return job
    steps = list(job["steps"])
    plain = steps[step]
    env = _environment(identity) | dict(plain.get("env", {}))
    steps[step] = {"name": plain["name"], "env": env, "run": Script(_SIGN_IN.strip("\n") + "\n" + plain["run"].text.strip("\n"))}
    return {**job, "steps": steps}


def _environment(identity: Identity) -> dict[str, Any]:
    made: dict[str, Any] = {"AUDIENCE": identity.audience, "RENEW": Script(_RENEW)}
    made |= {k: v for k, v in identity.environment(_TOKEN).items() if k != "AWS_ROLE_SESSION_NAME"}
    form = identity.files(_TOKEN).get(GOOGLE_FILE)
    return made | ({"GOOGLE_FORM": form} if form else {})


def _identity(project: Project) -> Identity | None:
    storage = project.settings.envelope.spec.storage
    oidc = storage.oidc
    if oidc is None:
        return None
    if oidc.role is not None:
        return Aws(oidc.role, oidc.region or storage.region, storage.endpoint)
    if oidc.provider is not None:
        return Google(oidc.provider, oidc.service_account)
    return Azure(oidc.client_id, oidc.tenant_id) if oidc.client_id and oidc.tenant_id else None
