"""`mlspec run` with a memory, as a story: asked of what is remembered, else a run like any other, and remembered in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.compiler.load.asked import Asked
from mlspec.compiler.memory.checked import read_texts
from mlspec.pipelines.plan.remembered import Tell, compiled_of, planned_of
from mlspec.pipelines.run.options import RunOptions, Say
from mlspec.pipelines.run.remembered import nothing_to_do
from mlspec.pipelines.run.report import RunReport

if TYPE_CHECKING:  # nothing of the compiler is loaded where there is nothing to do
    from mlspec.compiler.pipeline import Compiled
    from mlspec.pipelines.workspace import Workspace


def run(
    root: Path, refs: Sequence[str], options: RunOptions, say: Say, tell: Tell, opened: Callable[[Compiled], Workspace], *, local: bool
) -> RunReport:
    """Bring objects (all when none) up to date, as `run_objects` does, and remember how they stand. `opened`: the project, once compiled.

    `tell` gets the warnings. Raises what `run_objects` raises.
    """
    texts = read_texts(root)
    if found := nothing_to_do(texts, refs, options, tell):
        return found
    from mlspec.pipelines.verbs import run_objects

    asked = Asked()
    compiled = compiled_of(texts, asked)
    workspace = opened(compiled)
    report = run_objects(workspace, refs, options, say, local=local)
    planned_of(texts, compiled, asked, workspace.generated)
    return report
