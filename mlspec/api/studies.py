"""Models that are made, or looked at side by side, for a question: nothing of a pipeline hangs on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlspec.api.opened import Opened
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from pathlib import Path

    from mlspec.studies.reproduce.found import Reproduction


@extras.diagnosed
class Studies(Opened):
    """Methods that try and compare."""

    def reproduce(self, model: str, version: str | None = None, *, here: bool = False, keep: Path | None = None) -> Reproduction:
        """Make a model again from its commit in a clean clone, and compare it, stage by stage, with the commit's locks.

        `version`: of the registry, else what HEAD holds. `here`: in this environment, not in the locked one made anew. `keep`: where the
        clone stays. That it came out otherwise is a value, `is_same` False. Raises MLS0003, MLS0793, MLS0794, MLS0715, MLS0954, MLS0707,
        MLS0971, and what a stage raises that fails.
        """
        from mlspec.promotion.place import model_name
        from mlspec.studies.reproduce.reproduce import Wish, reproduce

        workspace = self.read()
        return reproduce(workspace, Wish(model_name(workspace.project, model), version, here, keep), self._say)
