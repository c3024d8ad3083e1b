"""How a job writes to GitHub: by the workflow's own token, or by that of a GitHub App of the user's own (`ci.app`).

What an App pushes starts workflows, so that nothing need start them; it may stand on a ruleset's bypass list, and tag a commit whose
workflow files are not those of a branch, where the workflow's own token may not. The job's own token then only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.language.kinds.project import App
from mlspec.language.yaml.write import Commented
from mlspec.pipelines.generate.github_actions.jobs import READ, Permissions, expression
from mlspec.pipelines.generate.github_actions.literal import literal
from mlspec.pipelines.generate.github_actions.pins import CREATE_APP_TOKEN
from mlspec.pipelines.generate.github_actions.steps import Step

ENVIRONMENT, KEY = "mlspec-app", "MLSPEC_APP_KEY"
"""The GitHub environment that holds the App's private key, and the key's name there."""
OWN_TOKEN = {"GITHUB_TOKEN": "${{ github.token }}"}

_APP_TOKEN = {"GITHUB_TOKEN": "${{ steps.app.outputs.token }}"}
_TO_READ: Permissions = {"metadata": ("read", "to read what the API lists: a token for less may not")}
"""Else refused: https://github.com/mkb79/Audible/pull/880"""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a job that writes is made with. `before`: steps right before the one that writes; `flag`: a word for its command."""

    permissions: Permissions
    env: Mapping[str, str] = field(default_factory=lambda: OWN_TOKEN)
    before: tuple[Step, ...] = ()
    flag: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)


_NONE: Permissions = {}


def writing(
    project: Project, permissions: Permissions, *, more: Permissions = _NONE, without: Permissions = _NONE, of_pulls: bool = False
) -> Writing:
    """How a job with these permissions writes, and those that it needs `without` an App, or `more` with one.

    `of_pulls`: pull requests start the job.
    """
    app = project.settings.envelope.spec.ci.app
    if app is None or (of_pulls and not app.pull_requests):
        return Writing({**permissions, **without})
    where = {"environment": {"name": ENVIRONMENT, "deployment": False}}
    return Writing(READ, _APP_TOKEN, (_step(app, {**_TO_READ, **permissions, **more}),), " --as-app", where)


def _step(app: App, permissions: Permissions) -> Step:
    scopes = {f"permission-{scope}": Commented(level, why) for scope, (level, why) in permissions.items()}
    given = {"client-id": literal(app.client_id), "private-key": expression(f"secrets.{KEY}")} | scopes
    return {"name": "Get a token of the App", "id": "app", "uses": CREATE_APP_TOKEN, "with": given}
