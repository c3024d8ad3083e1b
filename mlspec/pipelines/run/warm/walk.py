"""One pipeline's way through its stages, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.graph import Pipeline, Stage
from mlspec.diagnostics import Diagnostic
from mlspec.pipelines.run.dvc_process import Event, environment
from mlspec.pipelines.run.reporter import Reporter, StageFailed
from mlspec.pipelines.run.warm.lanes import Lane
from mlspec.runtime.warm import Ended, Task

_FAILED = 255
"""What `dvc` ends with when it fails."""


@dataclass(slots=True, eq=False)
class Walk:
    """`theirs`: DVC's objects of the stages to do; `at`: the position of the stage at hand. `again`: it is walked a second time."""

    pipeline: Pipeline
    reporter: Reporter
    theirs: Sequence[Any]
    at: int = 0
    again: bool = False
    key: str = ""
    """What the stage at hand is made of, where equal ones are done once."""

    @property
    def stage(self) -> Any | None:
        """DVC's object of the stage at hand; None at the end."""
        return self.theirs[self.at] if self.at < len(self.theirs) else None

    @property
    def declared(self) -> Stage:
        """The same stage as the graph has it."""
        return next(s for s in self.pipeline.stages if s.name == self.theirs[self.at].name)

    def task(self, root: str, folder: Any) -> Task:
        """What DVC would run, and where: `python -m mlspec.runtime STAGE`."""
        name = self.declared.name
        more = {"DVC_ROOT": root, "DVC_STAGE": name, "PWD": str(folder)}
        return Task("mlspec.runtime.warm.child:run_module", ("mlspec.runtime", name), folder, environment() | more)

    @property
    def lane(self) -> Lane:
        """A stage that trains again to compare runs in another process than the training did."""
        return "other" if self.declared.name == "evaluate" and "train" in self.declared.params else "usual"

    def heard(self, line: str) -> None:
        """A line that the stage wrote."""
        if text := line.rstrip():
            self.reporter.on_event(Event("output", self.declared.name, text=text))

    def tell(self, event: Event) -> None:
        """Say that something happened to a stage."""
        self.reporter.on_event(event)

    def failed(self, ended: Ended) -> StageFailed:
        """The stage at hand ended with an error, told as DVC tells it."""
        stage = self.theirs[self.at]
        return self.refused(f"failed to run: {stage.cmd}, exited with {ended.status}")

    def refused(self, why: str) -> StageFailed:
        """DVC did not take what the stage at hand made."""
        name = self.declared.name
        self.reporter.current = name
        self.reporter.on_event(Event("output", name, text=f"ERROR: failed to reproduce '{name}': {why}"))
        return self.reporter.failure(_FAILED)

    def edited(self, paths: Sequence[str]) -> StageFailed:
        """Inputs changed while the stage at hand ran."""
        what = ", ".join(f"`{path}`" for path in paths)
        message = f"{self.pipeline.ref}: {what} changed while the stage {self.declared.name} ran; what it made is not recorded"
        found = Diagnostic("MLS0517", message, None, "run again: the stage is stale, and reads what is there now")
        return StageFailed([found], self.reporter.output)


def warm_enough(stage: Any, folder: Any) -> bool:
    """Whether the stage is one of ours as we generate it; what somebody made of it otherwise is DVC's."""
    usual = stage.cmd == f"python -m mlspec.runtime {stage.name}" and not (stage.frozen or stage.always_changed)
    return usual and stage.wdir == str(folder)
