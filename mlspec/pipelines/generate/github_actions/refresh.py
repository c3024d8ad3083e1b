"""mlspec-refresh.yml: fetch sources again by their schedules; rows that changed become a pull request for each."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import artifacts, writers
from mlspec.pipelines.generate.github_actions.artifacts import PROPOSALS
from mlspec.pipelines.generate.github_actions.events import by_schedules
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, job, source_secrets, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up

FILE = "mlspec-refresh.yml"

_REFRESH = f"""
mlspec ci refresh ${{SCHEDULE:+--schedule "$SCHEDULE"}} ${{SOURCE:+--source "$SOURCE"}} --proposals {PROPOSALS}
"""


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where no source is fetched again. A group for each schedule: a run that waits is lost to the next one."""
    schedules = [refresh.schedule for source in project.sources.values() if (refresh := source.envelope.spec.refresh)]
    if not schedules:
        return None
    source = {"description": "The source to fetch again", "type": "string", "required": True}
    on = {"schedule": by_schedules(schedules), "workflow_dispatch": {"inputs": {"source": source}}}
    group = "mlspec-refresh-" + expression("github.event.schedule || inputs.source")
    jobs = {"refresh": _refresh(project), "propose": writers.propose(project, "refresh")}
    return workflow("mlspec refresh", on, {"group": group, "cancel-in-progress": False}, jobs)


def _refresh(project: Project) -> Job:
    env = {"SCHEDULE": expression("github.event.schedule"), "SOURCE": expression("inputs.source")}
    steps = [
        *set_up(project, checkout(project.settings.envelope.spec.ci.branch)),
        script("Fetch the rows, and compare", _REFRESH, env),
        artifacts.keep_proposals(),
    ]
    return job(
        project,
        "refresh",
        steps,
        minutes=120,
        outputs={"proposals": artifacts.id_of("proposals")},
        storage=True,
        secrets=source_secrets(project),
    )
