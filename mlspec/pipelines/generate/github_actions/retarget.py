"""mlspec-retarget.yml: starts the checks of a pull request that goes into the main branch from now on.

GitHub tells of that by `edited` alone, as of a new title: https://github.com/apache/maka/pull/4186. In mlspec-ci.yml that event would need
jobs that are skipped at a title, and a required check that is skipped has passed; it would run on a merge with the branch of before
(https://github.com/actions/checkout/issues/919). So it is a workflow of its own, whose job nobody requires.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import writers
from mlspec.pipelines.generate.github_actions.events import stranger
from mlspec.pipelines.generate.github_actions.jobs import expression, workflow

FILE = "mlspec-retarget.yml"


def render(project: Project) -> dict[str, Any]:
    """Return the workflow. Each run is alone in its group: a new title must cancel nothing."""
    on = {"pull_request": {"types": ["edited"], "branches": [project.settings.envelope.spec.ci.branch]}}
    where = {
        "COMMIT": expression("github.event.pull_request.head.sha"),
        "BRANCH": expression("github.event.pull_request.head.ref"),
        "FORK": expression(f"({stranger()}) && 'true' || ''"),
    }
    job = writers.retarget(project, "github.event.changes.base.ref.from != ''", where)
    concurrency = {"group": f"mlspec-retarget-{expression('github.run_id')}", "cancel-in-progress": False}
    return workflow("mlspec retarget", on, concurrency, {"retarget": job})
