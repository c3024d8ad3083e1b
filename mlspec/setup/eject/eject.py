"""`mlspec eject`: from generated to plain, all files or none."""

from __future__ import annotations

from pathlib import Path

from mlspec.adapters.git.repository import open_repository
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.plan.apply import locked
from mlspec.pipelines.workspace import Workspace
from mlspec.setup.eject.changes import changes
from mlspec.setup.eject.execute import carry_out, recover
from mlspec.setup.eject.refuse import require_ejectable


def take_back(root: Path) -> bool:
    """Undo an eject that was killed half way. Return whether there was one. Raises MLS0502 while another mlspec writes."""
    with locked(root):
        return recover(open_repository(root))


def preview(workspace: Workspace) -> tuple[Change, ...]:
    """What an eject would do, in order; nothing is touched. Raises what `require_ejectable` raises."""
    require_ejectable(workspace)
    return changes(workspace)


def eject(workspace: Workspace) -> tuple[Change, ...]:
    """Eject, and return what was done. Raises what `preview` raises, and MLS0502; then nothing changed."""
    with locked(workspace.root):
        now = workspace.anew()
        found = preview(now)
        carry_out(now.repository, found)
        return found
