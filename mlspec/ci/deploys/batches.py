"""`mlspec ci batches`: which batches are due now, each by the claim that was deployed last: one that waits for its reviewer scores nothing.

The rows are the main branch's newest: they change without a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.ci.deploys.history import Deployments
from mlspec.ci.deploys.jobs import Group, Row, groups, matrix, names, predictions, runs_on, target
from mlspec.compiler.project.layout import batch_environment, lock_of, source_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import problem
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.schedule import cron_of
from mlspec.registry.at_commit import compile_at


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """`told`: what is scored, or why not; `lacking`: whether something that is due is not scored."""

    matrix: str
    told: tuple[str, ...]
    lacking: bool


def plan_batches(repository: Repository, project: Project, deployments: Deployments | None, schedule: str | None) -> BatchPlan:
    """The batches of one schedule, as the main branch has it; all of them without one. `deployments` None: nobody reviews there.

    Raises MLS0594 where nobody knows what is deployed, MLS0569, and as `Deployments.deployed` does.
    """
    head, rows, told, lacking = repository.require_commits(), list[Row](), list[str](), False
    for environment in project.settings.envelope.spec.environments:
        due = [d for d in project.deployments_of(environment) if _is_due(project, d, schedule)]
        if not due:
            continue
        commit = _deployed(deployments, environment) if deployments else head
        there = compile_at(repository, commit).project if commit else None
        made = list(_rows(repository, there, environment, due, (commit, head))) if there and commit else []
        scored = {name for row in made for name in row["deployments"].split()}
        rows += made
        for deployment in due:
            by = commit if deployment.ref in scored else None
            lacking = lacking or by is None
            told.append(f"{deployment.ref}: by {by[:12]}" if by else f"{deployment.ref}: not deployed yet, so not scored")
    return BatchPlan(matrix(rows), tuple(told), lacking)


def _is_due(project: Project, deployment: Bound[Deployment], schedule: str | None) -> bool:
    timetable = target(project, deployment).settings.timetable()
    return is_batch(project, deployment) and (schedule is None or (timetable is not None and cron_of(timetable) == schedule))


def is_batch(project: Project, deployment: Bound[Deployment]) -> bool:
    """Whether a deployment writes files, on whatever machine, and is done then."""
    spec = target(project, deployment)
    return spec.kind.has_runtime and not spec.kind.on_host and bool(tuple(spec.settings.outputs()))


def _deployed(deployments: Deployments, environment: str) -> str | None:
    found = deployments.deployed(environment)
    if found.commit is None and not found.searched:
        message = f"which claims were deployed to `{environment}` can't be told: GitHub has no runs of that time any more"
        raise problem("MLS0594", message, help="start `mlspec deploy` by hand: that deploys anew what is declared")
    return found.commit


def _rows(
    repository: Repository, there: Project, environment: str, due: list[Bound[Deployment]], commits: tuple[str, str]
) -> Iterator[Row]:
    """By the specs that were deployed. A deployment that has no version there is none yet."""
    wanted = {d.name for d in due}
    known = {d.name for d in there.deployments_of(environment) if d.name in wanted and d.envelope.spec.version and is_batch(there, d)}
    for group in groups(there, environment, known):
        yield _row(repository, there, group, commits)


def _row(repository: Repository, there: Project, group: Group, commits: tuple[str, str]) -> Row:
    commit, head = commits
    sources = sorted({read.source for d in group.deployments for read in target(there, d).settings.reads()})
    locks = repository.blobs(head, [lock_of(source_folder(name)) for name in sources])
    return {
        "name": f"batch-{group.label}",
        "label": group.label,
        "environment": group.environment,
        "guard": batch_environment(group.environment),
        "commit": commit,
        "runs_on": runs_on(group.runs_on),
        "deployments": names(group.deployments),
        "rows": " ".join(sorted(locks)),
        "predictions": predictions(there, group.deployments),
    }
