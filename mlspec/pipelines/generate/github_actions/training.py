"""What pull requests and retraining share: a plan, a matrix of jobs for each layer of it, and the job that gathers what they brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.layers import MODELS, is_of_steps
from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import artifacts
from mlspec.pipelines.generate.github_actions.artifacts import PLAN, PREVIOUS, REPORT, RESULTS
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, job, source_secrets, step_secrets
from mlspec.pipelines.generate.github_actions.steps import Step, checkout, script, set_up

_TRAIN = f"""
exec mlspec ci train --plan {PLAN} --shard "$SHARD" --results {RESULTS}
"""
_TRAIN_ON = f"""
exec mlspec ci train --plan {PLAN} --shard "$SHARD" --previous {PREVIOUS} --results {RESULTS}
"""
_GATHER = f"""
mlspec ci gather --plan {PLAN} --results {RESULTS} --base "$BASE" --report {REPORT}
"""
_NO_PLAN = """
echo "::error::There is nothing to judge: the job plan did not succeed. Its annotations and its log say why."
exit 1
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """A run that trains. `layers`: the names in order; `commit`, `base`: what is trained, and what it is compared with, as expressions."""

    project: Project
    layers: tuple[str, ...]
    commit: str
    base: str


def plan(flow: Flow, steps: list[Step], **outputs: str) -> Job:
    """The job `plan`, with `steps` after the installation (the one that plans has the id `plan`). Its outputs are the layers' matrices."""
    found = {_output(layer): expression(f"steps.plan.outputs.{_output(layer)}") for layer in flow.layers}
    options: dict[str, Any] = {"outputs": {**outputs, **found}} if outputs or found else {}
    return job(flow.project, "plan", [*steps, artifacts.keep_plan()], minutes=15, **options)


def layers(flow: Flow) -> dict[str, Job]:
    """A job for each layer: a matrix of what is stale in it. Nothing is cut short where one fails: the others, and what does not depend on
    it, are trained all the same.
    """
    return {name: _layer(flow, number) for number, name in enumerate(flow.layers)}


def _layer(flow: Flow, number: int) -> Job:
    output = f"needs.plan.outputs.{_output(flow.layers[number])}"
    strategy = {
        "fail-fast": False,
        "max-parallel": flow.project.settings.envelope.spec.ci.max_parallel,
        "matrix": expression(f"fromJSON({output})"),
    }
    shard = expression("matrix.shard")
    steps = [
        *set_up(flow.project, checkout(flow.commit, sparse=expression("matrix.checkout"))),
        artifacts.fetch_plan(),
        *([artifacts.fetch_previous()] if number else []),
        script("Train, and store by content", _TRAIN_ON if number else _TRAIN, {"SHARD": shard}),
        artifacts.keep_results(shard),
    ]
    return job(
        flow.project,
        f"train {expression('matrix.label')}",
        steps,
        minutes=expression("matrix.minutes"),
        runs_on=expression("fromJSON(matrix.runs_on)"),
        needs=["plan", *flow.layers[:number]],
        condition=f"!cancelled() && needs.plan.result == 'success' && {output} != ''",
        strategy=strategy,
        storage=True,
        secrets=_secrets(flow.project, flow.layers[number]),
    )


def _secrets(project: Project, layer: str) -> dict[str, str]:
    if layer == MODELS:
        return {}
    return step_secrets(project) if is_of_steps(layer) else source_secrets(project)


def gather(flow: Flow, condition: str, *first: Step, **outputs: str) -> Job:
    """The job that checks and judges what the layers brought, with `first` before it, and `outputs` beside its own."""
    steps = [
        *first,
        *set_up(flow.project, checkout(flow.commit)),
        artifacts.fetch_plan(),
        artifacts.fetch_results(),
        script("Check and judge what was trained", _GATHER, {"BASE": flow.base}),
        artifacts.keep_report(),
    ]
    needs = ["plan", *flow.layers]
    found: Mapping[str, Any] = {"report": artifacts.id_of("report"), **outputs}
    return job(flow.project, "gather", steps, minutes=60, needs=needs, condition=condition, outputs=found, storage=True)


def require_plan() -> Step:
    """To GitHub a required check that is skipped has passed: where there is no plan, the job runs, and says so in red."""
    return script("There must be a plan", _NO_PLAN, when="needs.plan.result != 'success'")


def _output(layer: str) -> str:
    return "layer_" + layer.replace("-", "_")
