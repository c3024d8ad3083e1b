"""What specs mean together: columns exist, metrics fit the task, nothing asks for what can't run yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mlspec.compiler.check import left_out
from mlspec.compiler.check.clusterers import clusterer_problems
from mlspec.compiler.check.columns import column_problems
from mlspec.compiler.check.estimators import estimator_problems
from mlspec.compiler.check.feature_sets import feature_set_problems
from mlspec.compiler.check.forgejo import forgejo_problems
from mlspec.compiler.check.has_runtime import runtime_problems
from mlspec.compiler.check.labels import label_problems
from mlspec.compiler.check.made_of import made_problems
from mlspec.compiler.check.margins import margin_problems
from mlspec.compiler.check.on_spark import spark_problems
from mlspec.compiler.check.policy import policy_problems
from mlspec.compiler.check.programs import program_problems
from mlspec.compiler.check.queries import query_problems
from mlspec.compiler.check.regex import regex_problems
from mlspec.compiler.check.schedules import schedule_problems
from mlspec.compiler.check.signing import signing_problems
from mlspec.compiler.check.spelling import spelling_problems
from mlspec.compiler.check.sql import sql_problems
from mlspec.compiler.check.steps import step_problems
from mlspec.compiler.check.tuning import tuning_problems
from mlspec.compiler.check.waivers import waiver_problems
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.data_columns import called
from mlspec.compiler.project.layout import environment_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.metrics import catalog
from mlspec.metrics.tasks import TASKS

NO_LOCK = "MLS0401"


def check(project: Project, inputs: Inputs) -> list[Diagnostic]:
    """Return every problem of meaning, what overlays change as it is there; errors stop the compilation, warnings do not."""
    found = _check(project, inputs)
    for environment in sorted(project.overlays):
        found += _check(project.in_environment(environment), inputs)
    found += [
        *policy_problems(project),
        *waiver_problems(project),
        *signing_problems(project, inputs),
        *forgejo_problems(project),
        *schedule_problems(project),
        *left_out.told(project, inputs),
    ]
    return list(dict.fromkeys(found)) if project.overlays else found


def _check(project: Project, inputs: Inputs) -> list[Diagnostic]:
    found = [*_project(project, inputs), *_deployments(project)]
    for model in project.models.values():
        found += _split(project, model)
        found += _baseline(model)
    for kpis in project.kpi_sets.values():
        found += _metrics(project, kpis)
        found += margin_problems(project, kpis)
    found += [*column_problems(project, inputs), *estimator_problems(project, inputs), *tuning_problems(project, inputs)]
    found += clusterer_problems(project)
    found += [*query_problems(project, inputs), *label_problems(project)]
    found += [*feature_set_problems(project, inputs), *made_problems(project, inputs)]
    found += [*step_problems(project, inputs), *program_problems(project, inputs)]
    found += [*regex_problems(project), *sql_problems(project), *spark_problems(project)]
    return [*found, *spelling_problems(project), *runtime_problems(project, inputs)]


def _project(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    settings = project.settings
    locks = settings.envelope.spec.locks
    declared: dict[str, tuple[str | int, ...]] = {folder: ("spec", "code", i) for i, folder in enumerate(settings.envelope.spec.code)}
    for path, route in (declared | dict.fromkeys(locks, ("spec", "requirements"))).items():
        if path in inputs.outside:
            message, advice = f"`{path}` leads out of the repository by a link", "put the file or folder itself there, and commit it"
            yield Diagnostic("MLS0409", message, settings.document.span(route), advice)
    yield from _lock(settings, inputs)
    for index, folder in enumerate(settings.envelope.spec.code):
        if folder not in inputs.code and folder not in inputs.outside:
            yield Diagnostic(
                "MLS0402",
                f"the code folder `{folder}` is not there",
                settings.document.span(["spec", "code", index]),
                "create or remove it",
            )


def _lock(settings: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    spec = settings.envelope.spec
    for lock in spec.locks:
        if lock not in inputs.present | inputs.outside:
            advice = "`mlspec validate --fix` writes it from what is installed here, as `mlspec init` does; commit it"
            yield Diagnostic(
                NO_LOCK, f"the requirements lock `{lock}` is not there", settings.document.span(["spec", "requirements"]), advice
            )
    if not spec.locks and spec.runs_in_ci:
        advice = (
            "add `requirements: requirements.lock`, which workflows install from (`mlspec validate --fix` does); or `ci: {provider: none}`"
        )
        # of a key that has no value the key is shown, and filled; else the section that lacks it
        span = settings.document.span(["spec", "requirements"], key=True)
        yield Diagnostic(NO_LOCK, "`spec` names no requirements lock, and the generated workflows install from one", span, advice)


def _split(project: Project, model: Bound[Any]) -> Iterator[Diagnostic]:
    spec, source = model.envelope.spec, project.data_of(model.envelope.spec.data)
    if source is None:
        return
    if spec.split.strategy in ("time", "rolling") and source.envelope.spec.time_column is None:
        span = model.document.span(["spec", "split", "strategy"])
        yield Diagnostic(
            "MLS0403", f"a {spec.split.strategy} split needs `timeColumn` in {called(source)}", span, f"add it in {source.path}"
        )
    fits = TASKS[spec.task].splits
    if spec.split.strategy not in fits:
        span = model.document.span(["spec", "split", "strategy"])
        task = TASKS[spec.task]
        why = (
            "has no origins"
            if task.is_ahead
            else "forecasts"
            if spec.split.strategy == "rolling"
            else "cuts queries"
            if task.is_score
            else "needs classes"
        )
        message = f"a {spec.split.strategy} split {why}, and the task is {spec.task}"
        yield Diagnostic("MLS0404", message, span, f"use {_either(fits)}")


def _either(names: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _baseline(model: Bound[Any]) -> Iterator[Diagnostic]:
    spec = model.envelope.spec
    fits = TASKS[spec.task].baselines
    if isinstance(spec.baseline, str) and spec.baseline not in fits:
        message = f"the baseline `{spec.baseline}` does not fit the task {spec.task}"
        yield Diagnostic("MLS0405", message, model.document.span(["spec", "baseline"]), did_you_mean("", fits))


def _metrics(project: Project, kpis: Bound[Any]) -> Iterator[Diagnostic]:
    model = project.models.get(kpis.envelope.spec.model)
    if model is None:
        return
    task, target = model.envelope.spec.task, model.envelope.spec.target
    fitting = {*catalog.metric_names(task), *catalog.measured_names(task), *kpis.envelope.spec.metrics}
    known = {*catalog.metric_names(task, target=target is not None), *catalog.measured_names(task), *kpis.envelope.spec.metrics}
    for index, kpi in enumerate(kpis.envelope.spec.kpis):
        if kpi.rows and model.envelope.spec.validation is None:
            message = f"the KPI is judged in validation, and {model.ref} has none"
            advice = f"add `validation: {{folds: 5}}` to {model.ref}, or remove `rows`"
            yield Diagnostic("MLS0469", message, kpis.document.span(["spec", "kpis", index, "rows"]), advice)
        if kpi.metric in known or kpi.step:
            continue
        raw = kpis.document.value["spec"]["kpis"][index]
        route = ("spec", "kpis", index) if isinstance(raw, str) else ("spec", "kpis", index, "metric")
        if kpi.metric in fitting:
            message = f"the metric `{kpi.metric}` compares with the truth, and {model.ref} has no `target`"
            advice = f"add `target: <column>` in {model.path}, or take `{TASKS[task].untold[0]}`"
            yield Diagnostic("MLS0860", message, kpis.document.span(route), advice)
            continue
        elsewhere = any(kpi.metric in (*catalog.metric_names(t), *catalog.measured_names(t)) for t in TASKS)
        why = f"does not fit the task {task}" if elsewhere else "is not known"
        advice = did_you_mean(kpi.metric, known) or f"declare one of your own: `metrics: {{{kpi.metric}: {{callable: …, greater: false}}}}`"
        yield Diagnostic("MLS0406", f"the metric `{kpi.metric}` {why}", kpis.document.span(route), advice)


def _deployments(project: Project) -> Iterator[Diagnostic]:
    environments = project.settings.envelope.spec.environments
    for bound in project.deployments.values():
        yield from _environment(bound, environments)


def _environment(bound: Bound[Any], environments: Iterable[str]) -> Iterator[Diagnostic]:
    environment = bound.envelope.metadata.environment
    span = bound.document.span(["metadata", "environment"])
    if environment not in environments:
        yield Diagnostic("MLS0407", f"the environment `{environment}` is not declared", span, did_you_mean(environment, environments))
    elif not bound.document.origin and not bound.path.startswith(f"{environment_folder(environment)}/"):
        message = f"a Deployment to {environment} stands under {environment_folder(environment)}/, and this one is in {bound.path}"
        yield Diagnostic("MLS0408", message, span, "move the file, so that its owners review what changes there")
