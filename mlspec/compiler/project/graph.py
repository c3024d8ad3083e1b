"""The graph: pipelines of stages, with the artifacts that join them. Data and queries only.

Every path is relative to the repository's root, in POSIX spelling; a renderer makes them relative to
where it writes. `sections` are the parameters a stage reads: plain JSON-like values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OutKind = Literal["out", "metric", "plot"]


@dataclass(frozen=True, slots=True)
class Out:
    """Something a stage writes. `cache`: kept by DVC; else small text that Git keeps. `persist`: not removed before a run."""

    path: str
    kind: OutKind = "out"
    cache: bool = True
    persist: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One DVC stage; its command is always `python -m mlspec.runtime NAME`."""

    name: str
    description: str
    deps: tuple[str, ...]
    outs: tuple[Out, ...]
    params: Mapping[str, Any]
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What bounds a run and changes no result: it stands in params.yaml, and DVC does not look at it."""
    engine: Mapping[str, Any] = field(default_factory=dict)
    """What is asked of a cluster in place of here, with the same result; as `limits`."""

    @property
    def command(self) -> str:
        return f"python -m mlspec.runtime {self.name}"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot over an out: `path` is the data file; x and y name its columns."""

    path: str
    title: str
    template: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of one object, in order, written to one folder."""

    ref: str
    folder: str
    spec_path: str
    stages: tuple[Stage, ...]
    plots: tuple[Plot, ...] = ()
    upstream: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """Outputs beside other files of the repository that the .gitignore of their folder, which mlspec writes, keeps out of Git."""

    @property
    def results(self) -> frozenset[str]:
        """The paths that Git keeps of a run: `dvc.lock`, and outputs with `cache: false`."""
        small = (out.path for stage in self.stages for out in stage.outs if not out.cache)
        return frozenset((f"{self.folder}/dvc.lock", *small))


@dataclass(frozen=True, slots=True)
class Graph:
    """All pipelines: sources, feature sets, label sets, models, steps, each group by name but for what must come first."""

    pipelines: tuple[Pipeline, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<Graph: {len(self.pipelines)} pipelines, {sum(len(p.stages) for p in self.pipelines)} stages>"

    def pipeline(self, ref: str) -> Pipeline | None:
        return next((p for p in self.pipelines if p.ref == ref), None)

    def params(self, ref: str, stage: str) -> Mapping[str, Any] | None:
        """The parameters of a stage of an object; None where it has no such stage, or is not there."""
        pipeline = self.pipeline(ref)
        return next((s.params for s in (pipeline.stages if pipeline else ()) if s.name == stage), None)

    @property
    def results(self) -> frozenset[str]:
        """The paths that Git keeps of runs, of all pipelines."""
        return frozenset().union(*(p.results for p in self.pipelines))
