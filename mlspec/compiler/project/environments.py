"""The environments of a project: the path that a version takes, one pull request a step."""

from __future__ import annotations

from mlspec.compiler.project.project import Project
from mlspec.diagnostics import did_you_mean, problem


def environments(project: Project) -> tuple[str, ...]:
    """The promotion path, in order."""
    return project.settings.envelope.spec.environments


def check_environment(project: Project, environment: str, code: str = "MLS0701") -> str:
    """Return `environment`. Raises MLS0701 (or `code`) when the project has none of that name."""
    if environment not in environments(project):
        raise problem(code, f"there is no environment `{environment}`", help=did_you_mean(environment, environments(project)))
    return environment


def previous_environment(project: Project, environment: str) -> str | None:
    """The environment before this one on the path; None for the first."""
    path = environments(project)
    at = path.index(environment)
    return path[at - 1] if at else None
