"""mlspec-monitor.yml: every night, is what is deployed still what was approved, and where does everything stand?"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions.jobs import job, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up, summary
from mlspec.pipelines.generate.github_actions.writers import READS, TOKEN

FILE = "mlspec-monitor.yml"
NIGHTLY = "23 3 * * *"


def render(project: Project) -> dict[str, Any]:
    """Return the workflow."""
    steps = [
        *set_up(project, checkout()),
        summary("Status", "mlspec status --format markdown"),
        script("Verify what is deployed, down to the bytes in the DVC remote", "mlspec verify --format github", TOKEN),
    ]
    on = {"schedule": [{"cron": NIGHTLY}], "workflow_dispatch": {}}
    return workflow(
        "mlspec monitor",
        on,
        {"group": "mlspec-monitor", "cancel-in-progress": True},
        {"monitor": job(project, "monitor", steps, minutes=60, permissions=READS, storage=True)},
    )
