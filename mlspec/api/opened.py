"""A project in its folder, and how each method reads it: what the themes of the API build on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.diagnostics import Diagnostic, extras

if TYPE_CHECKING:  # each verb loads what it needs, and no more
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import Compiled
    from mlspec.pipelines.workspace import Workspace


def ignore(told: object) -> None:
    """Nobody listens."""
    del told


def warm() -> None:
    """Start who will judge: it imports while this process does."""
    from mlspec.gates.scoring.helper import warm as start

    start()


@extras.diagnosed
@dataclass(frozen=True)
class Opened:
    """`root` is absolute. `progress` gets lines of what is being done, `on_warnings` what the compiler says of sound specs."""

    root: Path
    progress: Callable[[str], object] = ignore
    on_warnings: Callable[[Sequence[Diagnostic]], object] = ignore

    def __repr__(self) -> str:
        return f"<mlspec project at {self.root}>"

    def read(self) -> Workspace:
        """Compile the project as it stands now: `project` (its objects), `graph` (the stages), `plan`, `repository`.

        Raises `Problems` with every error of every spec.
        """
        workspace = self._again()
        self.on_warnings(workspace.warnings)
        return workspace

    def _again(self) -> Workspace:
        """The same, where the warnings were told already."""
        return self._opened(self._compiled())

    def _opened(self, compiled: Compiled) -> Workspace:
        from mlspec.pipelines.sign_in import sign_in_as
        from mlspec.pipelines.workspace import workspace_of

        workspace = workspace_of(compiled)
        sign_in_as(workspace.project)
        return workspace

    def _compiled(self, wish: Wish | None = None) -> Compiled:
        """Compile what is on the disk; with a wish, lint it. The command line, which does so once in its life, adds to it."""
        from mlspec.compiler.pipeline import compile_root

        return compile_root(self.root, wish=wish)

    def _say(self, line: str) -> None:
        self.progress(line)
