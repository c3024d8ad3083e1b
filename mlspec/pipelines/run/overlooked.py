"""Changes that DVC does not see: to it a file of the same size and time of change is the file that it knows.

So is one that was rewritten in place by what keeps times (`rsync -t`, `cp -p`, a share with coarse clocks). The plan reads every byte.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.pipelines.plan.states import StageState


def overlooked(pipeline: Pipeline, states: Iterable[StageState], touched: Collection[str]) -> list[str]:
    """The inputs, kept by people, that the plan found changed, of stages that DVC left as they were. `touched`: stages it did not."""
    reasons = {s.stage: s.reasons for s in states if s.ref == pipeline.ref}
    return [
        dep
        for stage in pipeline.stages
        if stage.name not in touched
        for dep in stage.deps
        if not is_made(dep) and f"{dep} changed" in reasons.get(stage.name, ())
    ]


def show(root: Path, paths: Iterable[str]) -> None:
    """Let DVC read these files and folders again: their time of change becomes now."""
    for path in paths:
        for file in _files(root / path):
            os.utime(file)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (Path(here) / name for here, _, names in os.walk(path) for name in names if (Path(here) / name).is_file())
    elif path.is_file():
        yield path
