"""Makes a task of an object: what travels with it, and what must be in the remote before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Pipeline
from mlspec.pipelines.engines.carried import Carried, carried
from mlspec.pipelines.engines.forms import OutForm, StageForm, Task, to_bytes
from mlspec.pipelines.engines.pack import sha256
from mlspec.pipelines.engines.remote_config import config_for_workers, no_remote
from mlspec.pipelines.engines.versions import code_digest, python_here, versions_of
from mlspec.pipelines.one_object import gone, kept_of_standing, stale_stages, time_limit_of
from mlspec.pipelines.plan.dvc_config import CONFIG
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.run.inputs import require_inputs
from mlspec.pipelines.workspace import Workspace

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A task as it is sent. `digest` names it; `carried` is what its lock is held against."""

    pipeline: Pipeline
    content: bytes
    carried: Carried

    @property
    def ref(self) -> str:
        return self.pipeline.ref

    @property
    def digest(self) -> str:
        return sha256(self.content)


@dataclass
class Packer:
    """Makes tasks of one run. What was seen in the remote once is not asked for again: a thousand models read one source."""

    workspace: Workspace
    say: Say
    present: set[str] = field(default_factory=set)

    @property
    def root(self) -> Path:
        return self.workspace.root

    @cached_property
    def config(self) -> str:
        """What workers are told of the remote. Raises MLS0535 without one; a folder that is one is made, as DVC would."""
        text, folder = config_for_workers(self.root)
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise no_remote(f"its folder can't be made: {error.strerror}") from error
        return text

    def pack(self, pipeline: Pipeline, *, force: bool) -> Bundle | None:
        """The task that brings a pipeline up to date, whose upstream is; None where nothing of it is stale.

        What it reads is in the remote afterwards. Raises MLS0504, MLS0535, MLS0536, and what the remote raises.
        """
        part = closure(self.workspace.graph, [pipeline.ref])
        plan = self.workspace.plan_of(part)
        lost = () if force else gone(self.root, pipeline, plan)
        for path in lost:
            self.say(f"      {path} is neither in DVC's cache nor in its remote: all of {pipeline.ref} runs again")
        if not force and not lost and not stale_stages(pipeline, plan):
            return None
        require_inputs(self.workspace, pipeline)
        again = force or bool(lost)
        files = carried(self.root, part, pipeline, self.workspace.settings.requirements, self.say)
        standing = {} if again else kept_of_standing(self.root, pipeline, plan)
        config = self.config
        self._push({*files.inputs.values(), *standing.values()})
        task = self._task(pipeline, files, standing, force=again)
        return Bundle(pipeline, to_bytes(task, files.files | {CONFIG: config.encode()}), files)

    def _task(self, pipeline: Pipeline, files: Carried, standing: dict[str, str], *, force: bool) -> Task:
        return Task(
            ref=pipeline.ref,
            folder=pipeline.folder,
            stages=tuple(
                StageForm(name=s.name, deps=s.deps, outs=tuple(OutForm(path=o.path, cache=o.cache) for o in s.outs))
                for s in pipeline.stages
            ),
            inputs=files.inputs,
            standing=standing,
            force=force,
            seconds=time_limit_of(self.workspace.project, pipeline.ref),
            python=python_here(),
            versions=versions_of(pipeline),
            requirements=self.workspace.settings.requirements,
            code=code_digest(),
        )

    def _push(self, md5s: Iterable[str]) -> None:
        lacking = set(md5s) - self.present
        if lacking:
            pushed = dvc_store.push(self.root, lacking)
            if pushed:
                self.say(f"      {pushed} input{'s' if pushed != 1 else ''} pushed to the DVC remote")
            self.present |= lacking
