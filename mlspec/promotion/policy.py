"""Policies at a promotion: what they require, how long its evidence is good for, and the digest that a claim binds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mlspec.compiler.check.policy import unmet
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.digest import canonical_digest
from mlspec.gates.evidence import require_kpis
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.registry.claims import VALID_FOR, moment
from mlspec.registry.records import Claim


def require_policies(project: Project, model: str, environment: str) -> Bound[KPISet]:
    """Return the KPIs that judge a model in an environment.

    Raise MLS0705 without KPIs, and MLS044x for what the policies of an environment ask and the specs don't have.
    """
    kpis = require_kpis(project, model, environment)
    found = unmet(project.policies_of(environment), project, project.models[model], kpis)
    if found:
        raise Problems(found)
    return kpis


def policy_digest(project: Project, environment: str) -> str:
    """sha256 of the canonical JSON of the policies that hold in an environment, by name; `none` where there is none."""
    forms = [p.canonical() for p in project.policies_of(environment)]
    return canonical_digest(forms) if forms else "none"


def valid_for(project: Project, environment: str) -> timedelta:
    """How long evidence is good for: mlspec's own limit, or less where a policy says so."""
    ages = (p.envelope.spec.require.max_evaluation_age for p in project.policies_of(environment))
    return min([VALID_FOR, *(timedelta(seconds=age) for age in ages if age is not None)])


def check_policies(base: Project, head: Project, claim: Claim) -> Iterator[Diagnostic]:
    """Hold a claim against the policies of the base branch: a change can't loosen the rules it is judged by."""
    subject = claim.subject
    where = f"deployment/{subject.environment}/{subject.deployment}"
    held = policy_digest(base, subject.environment)
    if (claim.policy or "none") != held:
        message = f"{where}: the policies changed after the evaluation: the claim says {claim.policy or 'none'}, the base branch has {held}"
        yield Diagnostic("MLS0746", message, None, "`mlspec promote` again, to be judged by the policies that hold now")
    if moment(claim.valid_until) - moment(claim.evaluated_at) > valid_for(base, subject.environment):
        message = f"{where}: the claim gives itself more time than the policies give: until {claim.valid_until}"
        yield Diagnostic("MLS0734", message, None, "`mlspec promote` again")
    kpis = base.kpis_of(subject.model, subject.environment)
    model = head.models.get(subject.model)
    if model is not None:
        yield from unmet(base.policies_of(subject.environment), head, model, kpis)
