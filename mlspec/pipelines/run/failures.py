"""What failed in a run, and what was left out since it needs that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mlspec.compiler.project.graph import Pipeline
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.run.options import Say
from mlspec.pipelines.run.reporter import Reporter


@dataclass(slots=True)
class Failures:
    """What failed so far, and what was left out since it needs that. Without `keep_going` the first failure ends the run."""

    keep_going: bool
    failed: set[str] = field(default_factory=set)
    found: list[Diagnostic] = field(default_factory=list)

    def reach(self, pipeline: Pipeline) -> bool:
        """Whether something that the pipeline reads has failed; it is noted then as left out."""
        missing = sorted(self.failed.intersection(pipeline.upstream))
        if missing:
            self.failed.add(pipeline.ref)
            message = f"{pipeline.ref} was left out: it needs {', '.join(missing)}"
            self.found.append(Diagnostic("MLS0505", message, None, "mend what failed, and run again"))
        return bool(missing)

    def note(self, pipeline: Pipeline, failure: Problems) -> None:
        """A pipeline failed."""
        self.failed.add(pipeline.ref)
        self.found += failure.diagnostics

    def guard(self, run_one: Callable[[], Reporter], pipeline: Pipeline, say: Say) -> Reporter | None:
        """Run one pipeline; None where it failed and the run goes on."""
        try:
            return run_one()
        except Problems as failure:
            if not self.keep_going:
                raise
            self.note(pipeline, failure)
            say(going_on(pipeline))
            return None

    def close(self) -> None:
        """Raises `Problems` where anything failed."""
        if self.found:
            raise Problems(self.found)


def going_on(pipeline: Pipeline) -> str:
    """What is told of a failure where the run keeps going."""
    return f"      {pipeline.ref} failed; going on with what does not need it"
