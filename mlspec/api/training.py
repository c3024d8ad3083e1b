"""From specs to a trained and judged model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mlspec.api.opened import Opened, warm
from mlspec.diagnostics import extras

if TYPE_CHECKING:
    from mlspec.deploy.status.collect import Status
    from mlspec.gates.workspace import Verdicts
    from mlspec.pipelines.plan.actions import Plan
    from mlspec.pipelines.run.options import Executor, Standing
    from mlspec.pipelines.run.report import RunReport
    from mlspec.pipelines.verbs import Agree
    from mlspec.runtime.artifact import LoadedModel


@extras.diagnosed
class Training(Opened):
    """Methods that plan, write, run and judge."""

    def plan(self) -> Plan:
        """Which files would change and which stages would run, and why. Changes nothing and needs no data.

        Raises MLS0507 when a ModelSet lost more of its models than its guard allows, MLS0540 for a project that was ejected.
        """
        return self.read().plan

    def check(self) -> None:
        """Raise MLS0503 when generated files are out of date (for CI), and what `plan` raises."""
        from mlspec.pipelines.plan.refusals import require_current_files

        require_current_files(self._again().files)

    def apply(self, *, prune: bool = False, agree: Agree | None = None) -> Plan:
        """Write the DVC pipelines and workflows that the specs declare; rewrite nothing that did not change. Returns what was done.

        Before more than a handful of files are deleted that nothing declares any more, `agree` is asked with their paths; without it, and
        without `prune`, MLS0510 is raised. Raises what `plan` raises, MLS0501 for a file in the way, MLS0502 while another mlspec writes,
        MLS0512 for an ignore rule that hides a pipeline. When it raises, nothing was written.
        """
        from mlspec.pipelines.verbs import apply_specs, nobody_agrees

        answer: Agree = (lambda _: True) if prune else agree or nobody_agrees
        return apply_specs(self.root, self.read, self._again, self.on_warnings, answer)

    def run(
        self,
        *objects: str,
        force: bool = False,
        pull: bool = False,
        keep_going: bool = False,
        local: bool = False,
        jobs: int | None = None,
        executor: Executor = "warm",
        on_standing: Callable[[Standing], None] | None = None,
    ) -> RunReport:
        """Run what is stale, with DVC: the objects named and what they need, else all. It waits for another run of the project to end.

        `force`: also what is up to date; `pull`: fetch missing data from the remote instead of recomputing it; `keep_going`: after a
        failure go on with what does not need it, and raise at the end; `jobs`: so many stages side by side (None: as many as processors);
        `executor`: `dvc` runs `dvc repro`, an object after the other; `on_standing` is told how the run stands;
        `local`: here, whatever `engine` says. Raises MLS0003, MLS0503
        where `apply` comes first, MLS0504 for an input that is not there, MLS0505 for a stage that failed, MLS0511 without Git, MLS0517 for
        an input that changed meanwhile.
        """
        from mlspec.pipelines.run.options import RunOptions
        from mlspec.pipelines.verbs import run_objects

        options = RunOptions(force, pull, keep_going=keep_going, jobs=jobs, executor=executor, on_standing=on_standing)
        return run_objects(self.read(), objects, options, self._say, local=local)

    def evaluation(self, model: str) -> dict[str, Any] | None:
        """What was measured of a model when it was last trained: its `evaluation.json`; None before. Raises MLS0003."""
        from mlspec.pipelines.run.summary import read_evaluation
        from mlspec.promotion.place import model_name

        return read_evaluation(self.root, model_name(self.read().project, model))

    def load_model(self, model: str, version: str | None = None) -> LoadedModel:
        """Load a model into this process: a `version` of the registry, else as it was trained here. No byte is unpickled unverified.

        The bytes come by content, from DVC's cache or remote, and are compared with the registry record or with `dvc.lock`. To unpickle is
        to run the model's code; the project's root is put on `sys.path` for it. Raises MLS0003, MLS0714 for a model that was never trained
        here, MLS0715 for a version without a record, MLS0660 for other bytes, MLS0662 when it won't load, MLS0971 when nobody has it.
        """
        from mlspec.gates.load import load_trained, load_version
        from mlspec.promotion.place import model_name

        workspace = self.read()
        name = model_name(workspace.project, model)
        return load_trained(workspace, name) if version is None else load_version(workspace, name, version)

    def gate(self, *models: str, environment: str | None = None, closer: bool = False) -> Verdicts:
        """Judge the KPIs of models as they were trained here (of all that have some when none is named) against baseline and champion.

        `environment`: as a promotion to it would, by its overlays, champion and waivers. A verdict is a value, also one that refuses.
        `closer`: look at the answers and the features too, for the charts of `Verdicts.document`; up to a minute more a model.
        Raises MLS0003, MLS0407, MLS0705 without KPIs, MLS0714 for a model that was never trained here, MLS0716 to MLS0719 where a model
        gives no answer.
        """
        warm()
        from mlspec.gates.workspace import judge_models, models_with_kpis
        from mlspec.promotion.place import model_name

        workspace = self.read()
        project = workspace.project
        names = [model_name(project, m) for m in models] if models else models_with_kpis(project)
        return judge_models(workspace, names, environment, closer=closer)

    def status(self, *objects: str, environment: str | None = None) -> Status:
        """Desired and observed state of the objects named, else of all; of an environment's deployments when one is named.

        Raises MLS0003 for an object of which there is nothing to tell, MLS0701 for an environment that is not declared.
        """
        from mlspec.deploy.status.collect import tell_status

        return tell_status(self.read(), objects, environment)
