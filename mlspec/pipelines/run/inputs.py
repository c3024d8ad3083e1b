"""What a pipeline reads must be there before it runs: what is not is told with its place in the spec, or fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.diagnostics import problem
from mlspec.diagnostics.suggest import nearest
from mlspec.pipelines.plan.states import StageState
from mlspec.pipelines.run.where import place_of
from mlspec.pipelines.tracked import absent, bring
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.context import inside


def require_inputs(workspace: Workspace, pipeline: Pipeline) -> None:
    """Raises MLS0504 for an input that is not there, MLS0604 for one that leads out of the repository by a link."""
    root = workspace.root
    for stage in pipeline.stages:
        for dep in stage.deps:
            inside(root, root / dep)
            if not is_made(dep) and not (root / dep).exists() and not any(absent(root, dep)):
                message = f"{pipeline.ref}: `{dep}`, which the stage {stage.name} reads, is not there"
                raise problem("MLS0504", message, span=place_of(workspace.project, pipeline.ref, dep), help=_beside(root, dep))


def bring_changed(root: Path, pipeline: Pipeline, states: Iterable[StageState], say: Callable[[str], None]) -> None:
    """Fetch what is not here of inputs that changed by the plan. With `--pull` DVC takes an input that is not here for the one it knows,
    also where the lock of the stage that makes it, or its `.dvc` file, says otherwise: the stage would count as up to date.

    Raises MLS0604, MLS0971 and MLS0973.
    """
    reasons = {state.stage: state.reasons for state in states if state.ref == pipeline.ref}
    for dep in dict.fromkeys(dep for stage in pipeline.stages for dep in stage.deps if f"{dep} changed" in reasons.get(stage.name, ())):
        bring(root, dep, say)


def _beside(root: Path, path: str) -> str:
    """A file of nearly that name in the same folder, where there is one."""
    folder, name = (root / path).parent, Path(path).name
    near = nearest(name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else None
    meant = f"did you mean `{Path(path).with_name(near).as_posix()}`? Else " if near else ""
    return f"{meant}put the file there, or correct the path in the spec"
