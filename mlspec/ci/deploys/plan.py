"""`mlspec ci deploys`: the environments that this run deploys to, with a reason each, and the matrix of its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.remote import server_url
from mlspec.ci.deploys.decide import Decision, Other, Standing, decide
from mlspec.ci.deploys.here import RUNS, Here
from mlspec.ci.deploys.history import Deployments
from mlspec.ci.deploys.jobs import deploy_row, groups, matrix
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.reports.markdown import code, table


@dataclass(frozen=True, slots=True)
class DeployPlan:
    """`unknown`: why GitHub could not be asked; then all is deployed."""

    decisions: tuple[Decision, ...]
    outputs: dict[str, str]
    unknown: tuple[Diagnostic, ...] = ()


def plan_deploys(here: Here, project: Project, slug: str, *, every: bool) -> DeployPlan:
    """Ask GitHub, decide, and make the jobs. `every`: deploy to each environment, whatever was deployed. Raises MLS0569."""
    unknown: tuple[Diagnostic, ...] = ()
    if every:
        found = tuple(Decision(name, True, "asked for by hand") for name in here.environments if project.deployments_of(name))
        return _made(project, found, unknown)
    standing: dict[str, Standing | None] = dict.fromkeys(here.environments)
    others: list[Other] = []
    try:
        standing, others = _ask(here, project, slug)
    except Problems as problems:
        unknown = tuple(problems.diagnostics)
    return _made(project, tuple(_declared(project, decide(standing, others), others)), unknown)


def _ask(here: Here, project: Project, slug: str) -> tuple[dict[str, Standing | None], list[Other]]:
    try:
        with GitHubApi.from_environment() as api:
            deployments = Deployments(api, slug, project.settings.envelope.spec.ci.branch)
            return here.standing(deployments), here.others(deployments)
    except Refused as refused:
        raise refusal(refused, slug, f"{server_url()}/{slug}/actions", RUNS) from None


def _declared(project: Project, decisions: Sequence[Decision], others: Sequence[Other]) -> list[Decision]:
    """Where nothing is declared any more no job deploys; it is due only for an older run that would still deploy what was."""
    stale = {name for other in others if other.place == "older" for name in other.may - other.same}
    return [d for d in decisions if project.deployments_of(d.environment) or (d.due and d.environment in stale)]


def _made(project: Project, decisions: tuple[Decision, ...], unknown: tuple[Diagnostic, ...]) -> DeployPlan:
    due = [d.environment for d in decisions if d.due]
    rows = [deploy_row(project, group) for name in due for group in groups(project, name)]
    outputs = {
        "matrix": matrix(rows),
        "due": " ".join(due),
        "unsettled": " ".join(d.environment for d in decisions if not d.settled),
    }
    return DeployPlan(decisions, outputs, unknown)


def as_markdown(plan: DeployPlan) -> str:
    """The plan for the run's page."""
    rows = [(code(d.environment), "deployed by this run" if d.due else "not now", code(d.why)) for d in plan.decisions]
    told = [f"GitHub could not be asked, so everything is deployed: {code(d.message)}\n" for d in plan.unknown]
    return "\n".join(["### Deployments\n", table(("environment", "", "why"), rows), *told])
