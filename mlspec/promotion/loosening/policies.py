"""Policies that ask less: of each environment, whichever Policy asked it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics.words import duration
from mlspec.language.kinds.policy import Policy
from mlspec.promotion.loosening.conditions import Condition, lost
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides

Asked = tuple[tuple[str, ...], str, tuple[str, ...], tuple[tuple[str, float], ...]]
"""Key, text, where under `spec`, limits."""


def looser_policies(sides: Sides) -> Iterator[Loosened]:
    """What policies asked of promotions to environments that are still there, and no longer ask."""
    path = sides.before.settings.envelope.spec.environments
    old, new = (
        [c for e in path if e in sides.environments for c in _conditions(sides, project, e)] for project in (sides.before, sides.after)
    )
    places = {p.ref: p.document.span(["spec", "require"], key=True) for p in sides.after.policies.values()}
    yield from lost(old, new, places)


def _conditions(sides: Sides, project: Project, environment: str) -> Iterator[Condition]:
    for policy in project.policies_of(environment):
        owner = sides.owner(policy)
        for key, text, route, limits in _asked(policy):
            span = policy.document.span(["spec", *route], key=True)
            noun = f"what the Policy asks in {environment}"
            yield Condition((environment, *key), noun, text, policy.ref, owner, span, limits=limits)


def _asked(policy: Bound[Policy]) -> Iterator[Asked]:
    require, forbid = policy.envelope.spec.require, policy.envelope.spec.forbid
    for name, asked in require.kpis.canonical().items():
        if asked:
            yield ("kpis", name), f"kpis: {name}", ("require", "kpis", name), ()
    for part in require.card:
        yield ("card", part), f"card: {part}", ("require", "card"), ()
    if require.approvals:
        count, own = require.approvals.count, not require.approvals.not_author
        text = f"approvals: {count}{', the author counts' if own else ''}"
        yield ("approvals",), text, ("require", "approvals"), (("count", -float(count)), ("notAuthor", float(own)))
    if require.signed:
        yield ("signed",), "signed: true", ("require", "signed"), ()
    if require.max_evaluation_age is not None:
        text = f"maxEvaluationAge: {duration(require.max_evaluation_age)}"
        yield ("age",), text, ("require", "maxEvaluationAge"), (("age", require.max_evaluation_age),)
    if require.pseudonymised:
        yield ("pseudonymised",), "pseudonymised: true", ("require", "pseudonymised"), ()
    if forbid.pii:
        width = {"data": 0.0, "features": 1.0}[forbid.pii]
        yield ("pii",), f"forbid pii: {forbid.pii}", ("forbid", "pii"), (("pii", width),)
