"""When a project is not ejected: what must be so before the first file is touched."""

from __future__ import annotations

import os

from mlspec.compiler.project.layout import LOCAL, PIPELINES
from mlspec.deploy.process import is_server
from mlspec.deploy.state import known, places, read_state
from mlspec.diagnostics import Problems, problem
from mlspec.pipelines.plan.apply import conflict_problems
from mlspec.pipelines.plan.refusals import require_current_files
from mlspec.pipelines.workspace import Workspace
from mlspec.setup.eject.workflow import WORKFLOW

TOUCHED = (".dvc", ".dvcignore", ".github", LOCAL, PIPELINES)
"""Where eject writes: nothing of it may be uncommitted, or `git checkout` could not take the eject back."""


def require_ejectable(workspace: Workspace) -> None:
    """Raise `Problems`: what `Workspace.files` raises, in no repository or with uncommitted work (MLS095x), with files in the way (MLS0501)
    or out of date (MLS0503), with a server that was started here (MLS0541), with a file where the workflow goes (MLS0543).
    """
    plan = workspace.files
    workspace.repository.require_commits()
    workspace.repository.require_clean(TOUCHED)
    if plan.conflicts:
        raise Problems(conflict_problems(plan))
    require_current_files(plan)
    if os.path.lexists(workspace.root / WORKFLOW):
        raise problem("MLS0543", f"{WORKFLOW} is there already", help="nothing was written; rename yours")
    _require_no_server(workspace)


def _require_no_server(workspace: Workspace) -> None:
    for environment in workspace.settings.environments:
        for name in known(workspace.root, environment):
            state = read_state(places(workspace.root, environment, name).state)
            if state and is_server(state.pid, state.config):
                message = f"the server of `deployment/{environment}/{name}` runs here (process {state.pid})"
                raise problem("MLS0541", message, help=f"end it (`kill {state.pid}`), or eject in a clone elsewhere")
