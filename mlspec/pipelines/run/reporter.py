"""What a pipeline's stages do, told as it happens, and what is told of one that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.run.dvc_process import Event
from mlspec.pipelines.run.killed import killed, killed_by
from mlspec.pipelines.run.options import Say


class StageFailed(Problems):
    """A stage failed. `output`: what DVC and the stage wrote meanwhile, by line."""

    def __init__(self, diagnostics: Iterable[Diagnostic], output: Sequence[str]) -> None:
        super().__init__(diagnostics)
        self.output = tuple(output)

    def __reduce__(self) -> tuple[type[Problems], tuple[object, ...]]:
        return type(self), (self.diagnostics, self.output)


@dataclass(slots=True)
class Reporter:
    """Says each event, and keeps the output of the stage at hand in case it fails. `who`: put before each line where others talk, too."""

    pipeline: Pipeline
    say: Say
    ran: dict[str, float]
    restored: list[str]
    output: list[str]
    current: str
    who: str

    def __init__(self, pipeline: Pipeline, say: Say, who: str = "") -> None:
        self.pipeline, self.say, self.ran, self.restored, self.output, self.current = pipeline, say, {}, [], [], ""
        self.who = f"{who}: " if who else ""

    def on_event(self, event: Event) -> None:
        head = f"      {self.who}"
        if event.kind == "start":
            self.current, self.output = event.stage, []
            self.say(f"{head}{event.stage:<9} running …")
        elif event.kind == "done":
            self.ran[event.stage] = event.seconds
            self.say(f"{head}{event.stage:<9} {event.seconds:.1f} s")
        elif event.kind == "skip":
            self.say(f"{head}{event.stage:<9} up to date")
        elif event.kind == "checkout":
            self.restored.append(event.stage)
            self.say(f"{head}{event.stage:<9} taken from the cache")
        elif event.text:
            self.output.append(event.text)
            if not event.text.startswith("ERROR"):
                self.say(f"{head}| {event.text}")

    def failure(self, code: int) -> StageFailed:
        """What to raise when the stage at hand, or DVC itself, ended with `code`."""
        return StageFailed(self._found(code), self.output)

    def _found(self, code: int) -> list[Diagnostic]:
        pipeline = self.pipeline
        stage = self.current or pipeline.stages[0].name
        number = killed_by(self.output, code)
        if number is not None:
            return [killed(f"{pipeline.ref}: the stage {stage}", number)]
        told = any("error[MLS" in line for line in self.output)
        last = next((line for line in reversed(self.output) if line.startswith("ERROR")), "")
        detail = "" if told else f": {last.removeprefix('ERROR: ')}" if last else ""
        help_text = "the stage's own message stands above; later stages did not run" if told else f"try `dvc repro` in {pipeline.folder}"
        return [Diagnostic("MLS0505", f"{pipeline.ref}: the stage {stage} failed{detail}", None, help_text)]
