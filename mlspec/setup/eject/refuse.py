"""When a project is not ejected: what must be so before the first file is touched."""

from __future__ import annotations

import os
from pathlib import Path

from mlspec.adapters.git.repository import open_repository
from mlspec.compiler.project.layout import LOCAL, PIPELINES
from mlspec.compiler.project.project import Project
from mlspec.deploy.process import is_server
from mlspec.deploy.state import known, places, read_state
from mlspec.diagnostics import Problems, problem
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.apply import conflict_problems
from mlspec.pipelines.run.run import require_current_files
from mlspec.setup.eject.workflow import WORKFLOW

TOUCHED = (".dvc", ".dvcignore", ".github", LOCAL, PIPELINES)
"""Where eject writes: nothing of it may be uncommitted, or `git checkout` could not take the eject back."""


def require_ejectable(root: Path, project: Project, plan: Plan) -> None:
    """Raise `Problems`: in no repository or with uncommitted work (MLS095x), with files in the way (MLS0501) or out of date (MLS0503),
    with a server that was started here (MLS0541), with a file where the workflow goes (MLS0543).
    """
    repository = open_repository(root)
    repository.require_commits()
    repository.require_clean(TOUCHED)
    if plan.conflicts:
        raise Problems(conflict_problems(plan))
    require_current_files(plan)
    if os.path.lexists(root / WORKFLOW):
        raise problem("MLS0543", f"{WORKFLOW} is there already", help="nothing was written; rename yours")
    _require_no_server(root, project)


def _require_no_server(root: Path, project: Project) -> None:
    for environment in project.settings.envelope.spec.environments:
        for name in known(root, environment):
            state = read_state(places(root, environment, name).state)
            if state and is_server(state.pid, state.config):
                message = f"the server of `deployment/{environment}/{name}` runs here (process {state.pid})"
                raise problem("MLS0541", message, help=f"end it (`kill {state.pid}`), or eject in a clone elsewhere")
