"""What verbs share: the project of the working directory, opened as the command line wants it."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from mlspec.api import OpenProject
from mlspec.api import open as open_project
from mlspec.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlspec.compiler.lint import Wish
    from mlspec.compiler.memory.checked import Checked
    from mlspec.compiler.pipeline import Compiled
    from mlspec.pipelines.plan.actions import Plan
    from mlspec.pipelines.run.options import RunOptions
    from mlspec.pipelines.run.report import RunReport
    from mlspec.pipelines.workspace import Workspace


class CommandLine(OpenProject):
    """The project, in a process that ends with the verb."""

    def lint(self) -> Compiled:
        """Compile and lint, as `validate` does by default; nothing is raised."""
        from mlspec.compiler.lint import Wish

        compiled = self._compiled(Wish())
        settle()
        return compiled

    def checked(self, select: Sequence[str], ignore: Sequence[str], *, cold: bool) -> Checked:
        """What `validate` returns, as far as it is shown to people: remembered where nothing changed, unless `cold`."""
        from mlspec.compiler.memory import checked

        if not cold:
            return checked.validate(self.root, select, ignore)
        compiled = self.validate(select=select, ignore=ignore)
        return checked.Checked(compiled.diagnostics, compiled.project.counted() if compiled.project else None)

    def planned(self, *, cold: bool) -> Plan:
        """What `plan` returns, as far as it is shown to people (without texts): remembered where nothing changed, unless `cold`."""
        if cold:
            return self.plan()
        from mlspec.pipelines.plan import remembered

        return remembered.plan(self.root, self.on_warnings)

    def brought(self, objects: Sequence[str], options: RunOptions, *, local: bool) -> RunReport:
        """What `run` returns; nothing is compiled where it is remembered that everything is up to date."""
        from mlspec.pipelines import remembering

        return remembering.run(self.root, objects, options, self._say, self.on_warnings, self._settled, local=local)

    def warmed(self) -> CommandLine:
        """The same, and who will judge imports from now on: before what a verb itself needs. Raises MLS0008."""
        from mlspec.gates.scoring.helper import warm

        warm()
        return self

    def _settled(self, compiled: Compiled) -> Workspace:
        workspace = self._opened(compiled)
        self.on_warnings(workspace.warnings)
        settle()
        return workspace

    def _compiled(self, wish: Wish | None = None) -> Compiled:
        compiled = super()._compiled(wish)
        if wish is None:  # who lints for `validate` ends right afterwards
            settle()
        return compiled


def settle() -> None:
    """Once the project is read, collect again (`main` stopped it); what was made until then lives as long as the process."""
    if "duckdb" not in sys.modules:  # at the end it counts what was never collected, and says so on standard error
        gc.freeze()  # no later collection need look at it
    gc.enable()


def opened(*, show_warnings: bool = False) -> CommandLine:
    """The project whose `mlspec.yaml` is nearest, from the working directory upwards. What is done is told on standard error.

    Raises MLS0002.
    """
    return CommandLine(open_project().root, console.err, console.show if show_warnings else _keep)


def _keep(found: object) -> None:
    """Warnings are `validate`'s to show, and those of a few verbs that read specs for people."""
    del found


def here() -> CommandLine:
    """The project that this folder lies in; without one, this folder as it will be once it is one."""
    from pathlib import Path

    from mlspec.language.yaml.spec_files import find_root

    return CommandLine(find_root(Path.cwd()) or Path.cwd().resolve(), console.err, _keep)


def from_root(root: Path, path: str) -> str:
    """A path as it is given here, from the root; as it is where it leads out, which who reads it refuses."""
    from pathlib import Path

    full = Path.cwd().resolve() / path
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else path
