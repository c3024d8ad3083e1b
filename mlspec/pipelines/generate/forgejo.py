"""The workflows as Forgejo's runner takes them: lowered, with Forgejo's artifact actions, without what Forgejo does not have.

Forgejo fetches `actions/…` from mirrors at data.forgejo.org, whose commits are GitHub's. Its artifact service refuses GitHub's clients
of it (they look at the server's name), so those are Forgejo's own forks, by their release: no commit of theirs could be verified here.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.layout import FORGEJO_WORKFLOWS, WORKFLOWS
from mlspec.language.yaml.write import Commented
from mlspec.pipelines.generate.lowered import lowered

_MIRRORS = "https://data.forgejo.org"
_FORKED = {"actions/upload-artifact": "forgejo/upload-artifact@v4", "actions/download-artifact": "forgejo/download-artifact@v4"}


def for_forgejo(form: dict[str, Any]) -> dict[str, Any]:
    """Return the workflow for `.forgejo/workflows`. There is no merge queue there, and no environment: secrets are the repository's."""
    form = lowered(form)
    on = {event: value for event, value in form["on"].items() if event != "merge_group"}
    return form | {"on": on, "jobs": {name: _job(job) for name, job in form["jobs"].items()}}


def _job(job: dict[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in job.items() if key != "environment"}
    if "uses" in made:
        made["uses"] = _text(made["uses"]).replace(WORKFLOWS, FORGEJO_WORKFLOWS)
    if "steps" in made:
        made["steps"] = [_step(step) for step in made["steps"]]
    return made


def _step(step: dict[str, Any]) -> dict[str, Any]:
    if "uses" not in step:
        return step
    action, _, commit = _text(step["uses"]).partition("@")
    if action in _FORKED:
        return step | {"uses": Commented(f"{_MIRRORS}/{_FORKED[action]}", "Forgejo's own: its server takes no other")}
    release = step["uses"].comment if isinstance(step["uses"], Commented) else ""
    return step | {"uses": Commented(f"{_MIRRORS}/{action}@{commit}", release)}


def _text(value: Any) -> str:
    return str(value.value if isinstance(value, Commented) else value)
