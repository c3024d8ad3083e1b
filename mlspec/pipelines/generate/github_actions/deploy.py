"""mlspec-deploy.yml: after a merge, verify what each environment declares and reconcile it.

A batch is scored on the runner, and what it wrote is kept with the run. A server must outlive the job, so it is reconciled here only
where its target names a self-hosted runner; elsewhere the serving host pulls: `mlspec reconcile --env ENV --watch 60 --pull`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, PROJECT_FILE, REGISTRY, SPECS
from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.deployment import Deployment, DeploymentTargetSpec
from mlspec.language.kinds.targets.settings import Output
from mlspec.language.yaml.write import Script
from mlspec.pipelines.generate.github_actions.jobs import Job, is_self_hosted, job, runs_on, workflow
from mlspec.pipelines.generate.github_actions.literal import literal
from mlspec.pipelines.generate.github_actions.pins import UPLOAD_ARTIFACT
from mlspec.pipelines.generate.github_actions.steps import Step, checkout, identity, script, set_up
from mlspec.pipelines.generate.github_actions.writers import READS, TOKEN

FILE = "mlspec-deploy.yml"

_PATHS = [f"{ENVIRONMENTS}/**", PROJECT_FILE, f"{CLAIMS}/**", f"{REGISTRY}/**", f"{SPECS}/**"]
_VERIFY = """
read -ra names <<< "$DEPLOYMENTS"
mlspec verify --format github "${names[@]}"
"""
_RECONCILE = """
read -ra names <<< "$DEPLOYMENTS"
mlspec reconcile --env "$ENVIRONMENT" "${names[@]}"
"""
_TAG = """
mlspec tag --push --at "$GITHUB_SHA"
"""


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where nothing is to be deployed."""
    jobs = dict(_jobs(project))
    if not jobs:
        return None
    jobs["tag"] = _tag(project, tuple(jobs))
    spec = project.settings.envelope.spec
    on: dict[str, Any] = {"push": {"branches": [spec.ci.branch], "paths": _PATHS}}
    if schedules := sorted({s for d in project.deployments.values() if (s := _target(project, d).settings.timetable())}):
        on["schedule"] = [{"cron": s} for s in schedules]
    on["workflow_dispatch"] = {}
    return workflow("mlspec deploy", on, {"group": "mlspec-deploy", "cancel-in-progress": False}, jobs)


def _tag(project: Project, needs: tuple[str, ...]) -> Job:
    """Marks what this run verified, and nothing that was merged since, by the main branch's code.

    Two runs never push at once; one that GitHub left out of the queue is made up for by the next, and a re-run finds its tags.
    """
    branch = project.settings.envelope.spec.ci.branch
    steps = [*set_up(project, checkout(branch)), identity(), script("Write the tags that are missing", _TAG, TOKEN)]
    return job(
        project,
        "tag",
        steps,
        minutes=15,
        needs=needs,
        condition=f"github.ref == 'refs/heads/{branch}'",
        permissions={"contents": ("write", "to push the tags of what was promoted")},
        concurrency={"group": "mlspec-tag", "cancel-in-progress": False},
    )


def _jobs(project: Project) -> Iterator[tuple[str, Job]]:
    """One job for each environment and runner, so that GitHub's protection of the environment holds for each."""
    for environment in project.settings.envelope.spec.environments:
        groups: dict[tuple[str, ...], list[Bound[Deployment]]] = {}
        for deployment in project.deployments_of(environment):
            groups.setdefault(_labels(project, deployment), []).append(deployment)
        for number, (labels, deployments) in enumerate(sorted(groups.items()), 1):
            name = f"deploy-{environment}" + (f"-{number}" if number > 1 else "")
            yield name, _job(project, name, environment, labels, deployments)


def _job(project: Project, name: str, environment: str, labels: tuple[str, ...], deployments: list[Bound[Deployment]]) -> Job:
    here = [d for d in deployments if not _target(project, d).kind.on_host or is_self_hosted(labels)]
    steps = [
        *set_up(project, checkout()),
        script("Verify the approvals, down to the bytes", _VERIFY, {"DEPLOYMENTS": _names(deployments)} | TOKEN),
    ]
    if here:
        env = {"ENVIRONMENT": environment, "DEPLOYMENTS": _names(here), "RUNNER_TRACKING_ID": ""} | TOKEN
        steps.append(script("Reconcile", _RECONCILE, env))
    outputs = sorted({output for d in here for output in _target(project, d).settings.outputs()})
    if outputs:
        steps.append(_keep(environment, outputs))
    labels_form = labels[0] if len(labels) == 1 else runs_on(labels)
    concurrency = {"group": f"mlspec-{name}", "cancel-in-progress": False}
    where = {"runs_on": labels_form, "environment": environment, "concurrency": concurrency}
    return job(project, name, steps, minutes=60, permissions=READS, storage=True, **where)


def _keep(environment: str, outputs: list[Output]) -> Step:
    options = {
        "name": f"predictions-{environment}",
        "path": _lines([f"{literal(folder).replace('[', '[[]')}/{pattern}" for folder, pattern in outputs]),
        "if-no-files-found": "ignore",
        "overwrite": True,
        "retention-days": 30,
    }
    return {"name": "Keep the predictions", "uses": UPLOAD_ARTIFACT, "with": options}


def _lines(patterns: list[str]) -> str | Script:
    """Patterns, one a line. A block for people to read; quoted where a path holds what some reader of YAML takes for the end of a line."""
    text = "\n".join(patterns)
    return Script(text) if all(pattern.isprintable() and pattern.isascii() for pattern in patterns) else text


def _names(deployments: list[Bound[Deployment]]) -> str:
    return " ".join(d.ref for d in deployments)


def _target(project: Project, deployment: Bound[Deployment]) -> DeploymentTargetSpec:
    return project.target_of(deployment).envelope.spec


def _labels(project: Project, deployment: Bound[Deployment]) -> tuple[str, ...]:
    labels = _target(project, deployment).runs_on or project.settings.envelope.spec.ci.runs_on
    return (labels,) if isinstance(labels, str) else tuple(labels)
