"""Which deployment a promotion is about, and which version may go there: the questions asked of the compiled project."""

from __future__ import annotations

from datetime import date

from mlspec.compiler.project.environments import check_environment, previous_environment
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.language.kinds.deployment import Deployment, is_version
from mlspec.registry.entries import Entry


def model_name(project: Project, reference: str) -> str:
    """`model/demand` -> `demand`. Raises MLS0003 when no spec declares it."""
    name = reference.removeprefix("model/")
    if name not in project.models:
        raise problem("MLS0003", f"there is no model `{name}`", help=did_you_mean(name, project.models))
    return name


def check_version(version: str | None) -> None:
    """Raises MLS0765 for what is no version."""
    if version is not None and not is_version(version):
        raise problem("MLS0765", f"`{version}` is no version", help="write it as v1.2.0")


def require_own_version(entry: Entry, wanted: str | None) -> None:
    """Raises MLS0708 where bytes that have a record are to get another version than theirs."""
    version = entry.record.version
    if wanted and wanted != version:
        message = f"these bytes are {version} of model/{entry.record.model} already: the same model has one version"
        raise problem("MLS0708", message, help=f"--version {version}, or leave it out")


def find_deployment(project: Project, reference: str) -> Bound[Deployment]:
    """`deployment/production/demand` (or `production/demand`) -> the deployment. Raises MLS0003."""
    key = reference.removeprefix("deployment/")
    if key not in project.deployments:
        known = [f"deployment/{k}" for k in project.deployments]
        raise problem("MLS0003", f"there is no deployment `{key}`", help=did_you_mean(f"deployment/{key}", known))
    return project.deployments[key]


def choose_deployment(project: Project, model: str, environment: str, name: str | None) -> Bound[Deployment]:
    """The deployment of a model in an environment: the one named, else the one named as the model, else the only one.

    Raises MLS0702 when there is none, or several and no name tells which.
    """
    check_environment(project, environment)
    found = {d.name: d for d in project.deployments_of(environment) if d.envelope.spec.model == model}
    if name is not None and name not in found:
        raise problem("MLS0702", f"no deployment `{name}` of model/{model} in {environment}", help=did_you_mean(name, found) or _new(model))
    if not found:
        raise problem("MLS0702", f"model/{model} has no deployment in {environment}", help=_new(model, environment))
    chosen = found.get(name or model) or (next(iter(found.values())) if len(found) == 1 else None)
    if chosen is None:
        raise problem("MLS0702", f"model/{model} has {len(found)} deployments in {environment}", help=f"--deployment {'|'.join(found)}")
    return chosen


def _new(model: str, environment: str = "ENVIRONMENT") -> str:
    return f"`mlspec deployment add model/{model} --env {environment}` writes one; commit it, and merge it first"


def check_hold(deployment: Bound[Deployment], today: date) -> None:
    """Raises MLS0703 while a hold stands: up to the day before `until`."""
    hold = deployment.envelope.spec.hold
    if hold is not None and today < date.fromisoformat(hold.until):
        raise problem(
            "MLS0703",
            f"{deployment.ref} is on hold until {hold.until}: {hold.reason}",
            help="wait, or remove `hold` in a pull request of its own, so that somebody agrees",
            span=deployment.document.span(["spec", "hold"], key=True),
        )


def check_held_version(deployment: Bound[Deployment], digest: str, today: date) -> None:
    """Raises MLS0703 for a rollback to what the standing hold keeps out: the version that the last rollback took away."""
    if deployment.envelope.spec.previous == digest:
        check_hold(deployment, today)


def version_before(project: Project, deployment: Bound[Deployment], version: str | None) -> tuple[str, str]:
    """(version, digest) that may go to `deployment`: what is deployed in the previous environment of the path.

    Raises MLS0704 when nothing is, when `version` is not, or when several are and no version tells which.
    """
    model, environment = deployment.envelope.spec.model, deployment.envelope.metadata.environment
    before = previous_environment(project, environment)
    found = _deployed(project, model, before or environment, deployment.name)
    if not found:
        raise _skips(model, environment, before, "no version", "")
    if version is None and len(found) > 1:
        listed = ", ".join(sorted(found))
        raise problem("MLS0704", f"{before} has several versions of model/{model}: {listed}", help="say which by --version")
    chosen = version or next(iter(found))
    if chosen not in found:
        raise _skips(model, environment, before, chosen, f" ({before} has {', '.join(sorted(found))})")
    return chosen, found[chosen]


def _deployed(project: Project, model: str, environment: str, name: str) -> dict[str, str]:
    """{version: digest} deployed in an environment; only the deployment of the same name counts where it has a version."""
    there = [d for d in project.deployments_of(environment) if d.envelope.spec.model == model and d.envelope.spec.version]
    same = [d for d in there if d.name == name]
    return {str(d.envelope.spec.version): str(d.envelope.spec.digest) for d in same or there}


def _skips(model: str, environment: str, before: str | None, version: str, detail: str) -> Problems:
    return problem(
        "MLS0704",
        f"{version} of model/{model} is deployed in {before}{detail}, so nothing may go on to {environment}"
        if version == "no version"
        else f"{version} of model/{model} is not deployed in {before}{detail}",
        help=f"`mlspec promote model/{model} --to {before}` first, and merge it",
    )
